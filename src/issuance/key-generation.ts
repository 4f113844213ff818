import type { KeyAlgorithm } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { type KeyPair, newKeyPair } from '../x509/key.ts';

/** How many RSA keys are made at once, and how many more may wait for their turn. */
export interface KeyGenerationTerms {
  readonly rsaAtOnce: number;
  readonly rsaWaiting: number;
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
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** What an RSA key takes, a moving mean. */
  #meanMs = FIRST_GUESS_MS;

  /** `ticks` are milliseconds of a clock that nobody sets. */
  constructor(terms: KeyGenerationTerms, ticks: () => number) {
    this.#terms = terms;
    this.#ticks = ticks;
  }

  /** @throws {PkiError} `overloaded` where too many RSA keys are waited for already */
  readonly newKeyPair = async (algorithm: KeyAlgorithm): Promise<KeyPair> => {
    if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
    await this.#turn();
    const start = this.#ticks();
    try {
      return await newKeyPair(algorithm);
    } finally {
      this.#meanMs += LATEST_SHARE * (this.#ticks() - start - this.#meanMs);
      this.#leave();
    }
  };

  /** Resolves when there is room, first come first served, and takes it. */
  async #turn(): Promise<void> {
    const { rsaAtOnce, rsaWaiting } = this.#terms;
    if (this.#running < rsaAtOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= rsaWaiting) {
      const workMs = (this.#waiting.length * this.#meanMs) / rsaAtOnce;
      const retryAfterMs = Math.min(workMs, LONGEST_WAIT_MS);
      throw new PkiError('overloaded', 'too many RSA keys are waited for already', {
        retryAfterMs,
      });
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Whoever has waited longest takes the place, so that nobody comes in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
