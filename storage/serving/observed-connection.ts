import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { certificatesSent } from './server-flight.ts';

/** Chains are a few thousand octets; what a server sends beyond this before the handshake ends is not kept. */
const MAX_KEPT_OCTETS = 256 * 1024;
/** A ContentType of TLS records (RFC 5246 §6.2.1). */
const HANDSHAKE_RECORD = 22;
const SERVER_SECRET = /^SERVER_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]+ ([0-9a-f]+)/;

/** A connection for a TLS client to work through, that keeps what the server sends at first. */
export class ObservedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #kept: Buffer[] = [];
  readonly #answered = Promise.withResolvers<void>();
  #keptOctets = 0;
  #serverSecret: Buffer | undefined;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#keep(chunk);
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
  }

  /**
   * Ends when the client goes on with a handshake by TLS 1.2 after the server's certificates: it has verified then
   * that the server has the key, by its signature of the key exchange (RFC 5246 §7.4.3), and what comes next is
   * about the client.
   */
  get answered(): Promise<void> {
    return this.#answered.promise;
  }

  /** The server's certificates, as far as they have come. */
  certificates(): readonly Buffer[] | undefined {
    return certificatesSent(Buffer.concat(this.#kept), this.#serverSecret);
  }

  /** Hears a line of the key log; the secret in it never leaves this object. */
  readonly hearKeyLog = (line: Buffer): void => {
    const [, secret] = SERVER_SECRET.exec(line.toString('latin1')) ?? [];
    if (secret !== undefined) this.#serverSecret = Buffer.from(secret, 'hex');
  };

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (chunk[0] === HANDSHAKE_RECORD && this.certificates()) this.#answered.resolve();
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  /** What was written last, such as the client's Finished, still goes out. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // One that does not connect would wait for that, minutes long.
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.destroySoon();
    done(error);
  }

  #keep(chunk: Buffer): void {
    if (this.#keptOctets > MAX_KEPT_OCTETS) return;
    this.#keptOctets += chunk.length;
    this.#kept.push(chunk);
  }
}
