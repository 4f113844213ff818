import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Where a service listens, and the root that its certificate is verified by. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

/** Longer than any answer takes, even on a busy machine: a service that is silent for so long hangs. */
const HANG_MS = 30_000;

/** What ends the head of an answer. */
const HEAD_END = Buffer.from('\r\n\r\n');

/** A connection on which any octets can be sent, and on which answers are read one after the other. */
export class RawConnection {
  readonly #socket: TLSSocket;
  #received: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(endpoint: Endpoint) {
    this.#socket = connect({ ...endpoint, servername: 'localhost' });
    this.#socket.setNoDelay();
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const end of ['end', 'close', 'error'] as const) {
      this.#socket.on(end, () => {
        this.#hasEnded = true;
        this.#wake();
      });
    }
  }

  /** Whether the service has hung up, or sent what nobody asked for. */
  get isSpent(): boolean {
    return this.#hasEnded || this.#received.length > 0;
  }

  /** Sends a request, and gives its answer; `undefined` where the service hangs up instead. */
  async exchange(octets: Buffer, isHead: boolean): Promise<RawAnswer | undefined> {
    this.#socket.write(octets);
    return this.#answer(isHead);
  }

  /** Sends octets that may be no request at all, and gives every answer until there is none for `silenceMs`. */
  async answersTo(octets: Buffer, silenceMs: number): Promise<readonly RawAnswer[]> {
    await once(this.#socket, 'secureConnect');
    this.#socket.write(octets);
    const answers: RawAnswer[] = [];
    for (;;) {
      const answer = await this.#answer(false, silenceMs).catch(() => undefined);
      if (!answer) break;
      answers.push(answer);
    }
    this.close();
    return answers;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #answer(isHead: boolean, patienceMs = HANG_MS): Promise<RawAnswer | undefined> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = takeAnswer(this.#received, { isHead, hasEnded: this.#hasEnded });
      if (found) {
        this.#received = found.rest;
        if (found.answer.status >= 200) return found.answer;
        continue;
      }
      if (this.#hasEnded) return undefined;
      await this.#more(deadline);
    }
  }

  async #more(deadline: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const hang = () => reject(new Error('no answer came in time'));
    const timer = setTimeout(hang, Math.max(0, deadline - Date.now()));
    await promise.finally(() => clearTimeout(timer));
  }
}

interface Framing {
  readonly isHead: boolean;
  readonly hasEnded: boolean;
}

/** The first answer of `octets` and what follows it; `undefined` while it is not whole. */
function takeAnswer(
  octets: Buffer,
  framing: Framing,
): { readonly answer: RawAnswer; readonly rest: Buffer } | undefined {
  const headEnd = octets.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = octets.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const headers = Object.fromEntries(lines.map(headerOf));
  const taken = takeBody(octets.subarray(headEnd + HEAD_END.length), { status, headers, framing });
  if (!taken) return undefined;
  return { answer: { status, headers, body: taken.body }, rest: taken.rest };
}

function headerOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function takeBody(
  octets: Buffer,
  about: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly framing: Framing;
  },
): { readonly body: Buffer; readonly rest: Buffer } | undefined {
  const { status, headers, framing } = about;
  const hasNone = framing.isHead || status < 200 || status === 204 || status === 304;
  if (hasNone) return { body: Buffer.alloc(0), rest: octets };
  if (headers['transfer-encoding'] === 'chunked') return takeChunks(octets);
  const length = headers['content-length'];
  if (length === undefined) {
    return framing.hasEnded ? { body: octets, rest: Buffer.alloc(0) } : undefined;
  }
  // A request whose method nobody could read may have been HEAD.
  const end = Math.min(Number(length), framing.hasEnded ? octets.length : Number.POSITIVE_INFINITY);
  if (octets.length < end) return undefined;
  return { body: octets.subarray(0, end), rest: octets.subarray(end) };
}

function takeChunks(octets: Buffer): { readonly body: Buffer; readonly rest: Buffer } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = octets.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(octets.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (octets.length < end) return undefined;
    chunks.push(octets.subarray(lineEnd + 2, end - 2));
    at = end;
    if (size === 0) return { body: Buffer.concat(chunks), rest: octets.subarray(at) };
  }
}
