import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { SdsClient } from '../../src/sds/client.ts';
import type { Finding } from '../../src/sds/find-secret.ts';
import type { Verdict } from './deliveries.ts';
import type { Protocol } from './protocol.ts';
import { RefusedRequest } from './refused-request.ts';

/** A request of either protocol, as far as it says who asks. */
interface Asking {
  readonly node: { readonly id: string } | null;
}

/** What a stream needs from outside. */
export interface StreamDeps {
  readonly find: (name: string, client: SdsClient) => Promise<Finding>;
  readonly watch: StreamWatch;
}

/** Who wants to know what goes on in a stream. */
export interface StreamWatch {
  /** The names that the stream asks for are others now. */
  readonly namesChanged: (stream: OpenStream) => void;
  readonly sent: (stream: OpenStream, name: string) => void;
  readonly judged: (stream: OpenStream, verdict: Verdict) => void;
  readonly refused: (stream: OpenStream, name: string, refusal: string) => void;
  readonly failed: (stream: OpenStream, error: unknown) => void;
  readonly ended: (stream: OpenStream) => void;
}

/** A stream, for those who do not care which protocol it speaks. */
export interface OpenStream {
  readonly client: SdsClient;
  /** Where the client is. */
  readonly peer: string;
  /** As the client calls itself; empty where it does not. */
  readonly node: string;
  readonly deliveries: Protocol<never, never>['deliveries'];
  /** Looks a name up again and sends what has changed. */
  readonly refresh: (name: string) => void;
  readonly end: (code: status, words: string) => void;
}

/** Enough to tell nodes apart. */
const MAX_NODE_CHARACTERS = 256;

/**
 * Serves one stream until either side ends it.
 *
 * What is due is looked up name by name, and the next when the client has taken the one before: a client
 * that does not read is sent the latest when it does, and nothing waits for it in memory meanwhile.
 */
export class SecretStream<Request extends Asking, Response> implements OpenStream {
  readonly client: SdsClient;
  readonly peer: string;
  node = '';
  readonly #call: ServerDuplexStream<Request, Response>;
  readonly #protocol: Protocol<Request, Response>;
  readonly #deps: StreamDeps;
  readonly #due = new Set<string>();
  readonly #refused = new Set<string>();
  #isAtWork = false;
  #hasEnded = false;

  constructor(
    call: ServerDuplexStream<Request, Response>,
    { client, protocol }: { client: SdsClient; protocol: Protocol<Request, Response> },
    deps: StreamDeps,
  ) {
    this.client = client;
    this.peer = call.getPeer();
    this.#call = call;
    this.#protocol = protocol;
    this.#deps = deps;
    call.on('data', (request: Request) => this.#receive(request));
    call.on('end', () => this.#endCall());
    // What breaks the connection ends the stream, and is the client's affair.
    call.on('error', () => this.#onEnd());
    call.on('cancelled', () => this.#onEnd());
    call.on('close', () => this.#onEnd());
  }

  get deliveries() {
    return this.#protocol.deliveries;
  }

  readonly refresh = (name: string): void => {
    if (this.#hasEnded) return;
    this.#due.add(name);
    void this.#work();
  };

  readonly end = (code: status, words: string): void => {
    if (this.#hasEnded) return;
    this.#call.emit('error', { code, details: words });
    this.#onEnd();
  };

  #receive(request: Request): void {
    if (this.#hasEnded) return;
    try {
      if (request.node) this.node = request.node.id.slice(0, MAX_NODE_CHARACTERS);
      const { due, verdict } = this.#protocol.receive(request);
      if (verdict) this.#deps.watch.judged(this, verdict);
      this.#deps.watch.namesChanged(this);
      for (const name of due) this.refresh(name);
    } catch (error) {
      if (error instanceof RefusedRequest) this.end(error.code, error.message);
      else this.#fail(error);
    }
  }

  async #work(): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      for (const name of this.#due) {
        this.#due.delete(name);
        await this.#tell(name);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isAtWork = false;
    }
  }

  async #tell(name: string): Promise<void> {
    const finding = await this.#deps.find(name, this.client);
    if (this.#hasEnded) return;
    if (finding.refusal !== undefined && !this.#refused.has(name)) {
      this.#refused.add(name);
      this.#deps.watch.refused(this, name, finding.refusal);
    }
    if (finding.secret) this.#refused.delete(name);
    const response = this.#protocol.answer(name, finding);
    if (response === undefined) return;
    if (finding.secret) this.#deps.watch.sent(this, name);
    // It is called back when the octets have left, or cannot any more.
    await new Promise<void>((resolve) => this.#call.write(response, () => resolve()));
  }

  /** The client asks no more, and gets no more. */
  #endCall(): void {
    if (!this.#hasEnded) this.#call.end();
    this.#onEnd();
  }

  /** The client tries again after a while, by when the reason may be gone. */
  #fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#deps.watch.failed(this, error);
    this.end(status.UNAVAILABLE, 'the secret cannot be had now');
  }

  #onEnd(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#due.clear();
    this.#deps.watch.ended(this);
  }
}
