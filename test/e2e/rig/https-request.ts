import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';

/** One request over TLS; every one makes a connection of its own. */
export interface HttpsRequest {
  readonly url: string;
  readonly method: string;
  /** PEM of what the server's certificate must lead to. */
  readonly ca: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The whole answer, with its body as octets. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const TIMEOUT_MS = 20_000;

/** Sends a request and reads the answer to its end. */
export function sendHttps(options: HttpsRequest): Promise<HttpsAnswer> {
  const { url, method, ca, token, headers = {}, body } = options;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      ca,
      agent: false,
      headers: { ...authorization, ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const status = incoming.statusCode ?? 0;
        resolve({ status, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(body);
  });
}
