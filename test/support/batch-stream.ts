import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { createInterface, type Interface } from 'node:readline';

/** Where batches are sent, and by whom. */
export interface BatchServer {
  readonly url: string;
  readonly adminToken: string;
  /** PEM of the root, where the server speaks TLS. */
  readonly ca?: string;
}

/** A batch whose lines are sent and whose results are read one by one. */
export class BatchStream {
  readonly outgoing: ClientRequest;
  readonly answer: Promise<IncomingMessage>;
  #lines: AsyncIterator<string> | undefined;

  constructor(server: BatchServer, contentType = 'application/x-ndjson') {
    const { url, adminToken, ca } = server;
    this.outgoing = (ca === undefined ? requestPlain : requestTls)(`${url}/v1/certificates/batch`, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Type': contentType, Authorization: `Bearer ${adminToken}` },
      ...(ca === undefined ? {} : { ca }),
    });
    this.answer = once(this.outgoing, 'response').then(([answer]) => answer as IncomingMessage);
    this.answer.catch(() => undefined);
    // A stream that is torn down by either side is what some tests are about.
    this.outgoing.on('error', () => undefined);
  }

  send(item: unknown): void {
    this.outgoing.write(`${JSON.stringify(item)}\n`);
  }

  /** The next line of the answer, read; `undefined` at its end. */
  async next<T>(): Promise<T | undefined> {
    this.#lines ??= linesOf(await this.answer)[Symbol.asyncIterator]();
    const next = await this.#lines.next();
    return next.done === true ? undefined : (JSON.parse(next.value) as T);
  }

  /** Goes away, whatever is still to come. */
  leave(): void {
    this.outgoing.destroy();
  }
}

function linesOf(answer: IncomingMessage): Interface {
  return createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY });
}
