import type { KeyAlgorithm } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { type KeyPair, newKeyPair } from '../x509/key.ts';

/** How many RSA keys are made at once, and for how many more may be waited by those whose number nothing else bounds. */
export interface KeyGenerationTerms {
  readonly rsaAtOnce: number;
  readonly rsaWaiting: number;
}

interface Waiter {
  readonly begin: () => void;
  readonly needsRoom: boolean;
}

/** What an RSA key of 4096 bits takes, until it is known better here. */
const FIRST_GUESS_MS = 1_000;
/** How much the latest key counts in the mean: they take very different times, by chance and by their length. */
const LATEST_SHARE = 0.1;
/** Whoever waits asks again within so long, however slow keys are made here. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Makes key pairs, RSA ones only so many at once.
 *
 * All run in the thread pool, which also signs: as many slow RSA generations as it has threads would
 * keep every other certificate waiting for seconds.
 */
export class KeyGeneration {
  readonly #terms: KeyGenerationTerms;
  readonly #ticks: () => number;
  readonly #waiting = new Set<Waiter>();
  #running = 0;
  /** Who came last of those that have waited. */
  #latest: Waiter | undefined;
  /** What an RSA key takes, a moving mean. */
  #meanMs = FIRST_GUESS_MS;

  /** `ticks` are milliseconds of a clock that nobody sets. */
  constructor(terms: KeyGenerationTerms, ticks: () => number) {
    this.#terms = terms;
    this.#ticks = ticks;
  }

  /** @throws {PkiError} `overloaded` where too many RSA keys are waited for already */
  readonly newKeyPair = (algorithm: KeyAlgorithm): Promise<KeyPair> => this.#inTurn(algorithm);

  /** For those whose number is bounded where they come from, as that of a batch's items is: they wait until `signal` is aborted. */
  readonly newKeyPairUntil = (signal: AbortSignal, algorithm: KeyAlgorithm): Promise<KeyPair> =>
    this.#inTurn(algorithm, signal);

  async #inTurn(algorithm: KeyAlgorithm, signal?: AbortSignal): Promise<KeyPair> {
    if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
    await this.#turn(signal);
    const start = this.#ticks();
    try {
      return await newKeyPair(algorithm);
    } finally {
      this.#meanMs += LATEST_SHARE * (this.#ticks() - start - this.#meanMs);
      this.#leave();
    }
  }

  /** Resolves when there is room, first come first served, and takes it. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.#terms.rsaAtOnce) {
      this.#running += 1;
      return;
    }
    if (!signal) this.#assertRoom();
    const { promise, resolve: begin, reject } = Promise.withResolvers<void>();
    const waiter = { begin, needsRoom: signal === undefined };
    // No key is made for whoever has gone away, and nobody waits for it.
    const giveUp = () => {
      this.#waiting.delete(waiter);
      reject(signal?.reason);
    };
    this.#waiting.add(waiter);
    signal?.addEventListener('abort', giveUp);
    await promise.finally(() => signal?.removeEventListener('abort', giveUp));
  }

  #assertRoom(): void {
    const { rsaAtOnce, rsaWaiting } = this.#terms;
    const taken = [...this.#waiting].filter(({ needsRoom }) => needsRoom).length;
    if (taken < rsaWaiting) return;
    const workMs = (this.#waiting.size * this.#meanMs) / rsaAtOnce;
    const retryAfterMs = Math.min(workMs, LONGEST_WAIT_MS);
    throw new PkiError('overloaded', 'too many RSA keys are waited for already', { retryAfterMs });
  }

  /** Batches and everybody else take turns, and among each whoever has waited longest, so that nobody comes in between. */
  #leave(): void {
    const waiting = [...this.#waiting];
    const next = waiting.find((one) => one.needsRoom !== this.#latest?.needsRoom) ?? waiting[0];
    if (next) {
      this.#latest = next;
      this.#waiting.delete(next);
      next.begin();
    } else this.#running -= 1;
  }
}
