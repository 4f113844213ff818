import type { Socket } from 'node:net';

/**
 * For a piece of an answer. Linux says that there is room again only once a third of its buffer has been read, a megabyte or
 * more, so that this is for whoever reads less than 20 kB a second.
 */
const PATIENCE_MS = 60_000;
const SWEEP_MS = 5_000;

interface Progress {
  readonly octets: number;
  readonly since: number;
}

/** Hangs up on clients that do not read their answers, which are held in memory, and what is held for them besides. */
export class UnreadAnswers {
  readonly #connections = new Map<Socket, Progress>();
  readonly #sweep = setInterval(() => this.#hangUp(), SWEEP_MS).unref();

  watch(connection: Socket): void {
    this.#connections.set(connection, { octets: 0, since: performance.now() });
    connection.once('close', () => this.#connections.delete(connection));
  }

  end(): void {
    clearInterval(this.#sweep);
  }

  #hangUp(): void {
    const now = performance.now();
    for (const [connection, { octets: before, since }] of this.#connections) {
      const octets = connection.bytesWritten - connection.writableLength;
      const isStuck = connection.writableLength > 0 && octets === before;
      if (!isStuck) this.#connections.set(connection, { octets, since: now });
      else if (now - since >= PATIENCE_MS) connection.destroy();
    }
  }
}
