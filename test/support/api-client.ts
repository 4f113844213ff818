import type { Server } from 'node:http';
import supertest from 'supertest';
import { checkExchange } from './contract.ts';
import type { Listener } from './documented-operations.ts';

/** An answer, whole. */
export interface Reply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly octets: Buffer;
  readonly text: string;
  readonly json: <T>() => T;
}

/** What a request has beside its method and path. */
export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string | Buffer;
  readonly contentType?: string;
  readonly accept?: string;
  /** `null`: none; absent: the administrator's. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks to one listener of the service, and holds every exchange against the contract. */
export class ApiClient {
  readonly #server: Server;
  readonly #listener: Listener;
  readonly #token: string | null;

  constructor(server: Server, listener: Listener, token: string | null) {
    this.#server = server;
    this.#listener = listener;
    this.#token = token;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const { body, accept } = options;
    const text = options.text ?? (body === undefined ? undefined : JSON.stringify(body));
    const sent = text === undefined ? undefined : Buffer.from(text);
    const contentType =
      sent === undefined ? undefined : (options.contentType ?? 'application/json');
    const token = options.token === undefined ? this.#token : options.token;
    const headers: Record<string, string> = {
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(accept === undefined ? {} : { Accept: accept }),
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...options.headers,
    };
    const answer = await new supertest.Test(this.#server, method, path)
      .set(headers)
      .buffer(true)
      .parse(collect)
      .serialize((octets: string) => octets)
      .send(sent);
    const reply = replyOf(answer.status, answer.headers, octetsIn(answer.body));
    checkExchange({
      listener: this.#listener,
      method,
      path,
      accept,
      idempotencyKey: headers['Idempotency-Key'],
      requestContentType: contentType,
      requestBody: sent,
      status: reply.status,
      responseHeaders: reply.headers,
      responseBody: reply.octets,
    });
    return reply;
  }

  get(path: string, options?: CallOptions): Promise<Reply> {
    return this.call('GET', path, options);
  }

  post(path: string, body?: unknown, options?: CallOptions): Promise<Reply> {
    return this.call('POST', path, { body, ...options });
  }

  put(path: string, body?: unknown, options?: CallOptions): Promise<Reply> {
    return this.call('PUT', path, { body, ...options });
  }

  delete(path: string, options?: CallOptions): Promise<Reply> {
    return this.call('DELETE', path, options);
  }
}

function replyOf(status: number, headers: Reply['headers'], octets: Buffer): Reply {
  const text = octets.toString('utf8');
  return { status, headers, octets, text, json: <T>() => JSON.parse(text) as T };
}

/** superagent parses nothing for HEAD, which has no body. */
function octetsIn(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** superagent would read JSON and text by itself; the contract is held against the octets. */
function collect(response: unknown, done: (error: null, octets: Buffer) => void): void {
  const stream = response as NodeJS.ReadableStream;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  stream.on('end', () => done(null, Buffer.concat(chunks)));
}
