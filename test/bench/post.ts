import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

/** One request, over a connection of its own. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM of what the server's certificate must lead to, where it speaks TLS. */
  readonly ca?: string;
}

/** Sends JSON and reads the answer to its end. */
export function post(options: Post): Promise<{ readonly status: number; readonly body: string }> {
  const { url, ca, headers, body } = options;
  const request = ca === undefined ? requestPlain : requestTls;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent: false,
      ...(ca === undefined ? {} : { ca }),
      headers: { 'content-type': 'application/json', ...headers },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, body: text });
      });
    });
    outgoing.end(body);
  });
}
