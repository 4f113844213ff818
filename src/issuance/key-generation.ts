import type { KeyAlgorithm } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { type KeyPair, newKeyPair } from '../x509/key.ts';

/** How many RSA keys are made at once, and how many more may wait for their turn. */
export interface KeyGenerationTerms {
  readonly rsaAtOnce: number;
  readonly rsaWaiting: number;
}

/**
 * Makes key pairs, RSA ones only so many at once.
 *
 * All run in the thread pool, which also signs: as many slow RSA generations as it has threads would
 * keep every other certificate waiting for seconds.
 */
export class KeyGeneration {
  readonly #terms: KeyGenerationTerms;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(terms: KeyGenerationTerms) {
    this.#terms = terms;
  }

  /** @throws {PkiError} `overloaded` where too many RSA keys are waited for already */
  readonly newKeyPair = async (algorithm: KeyAlgorithm): Promise<KeyPair> => {
    if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
    await this.#turn();
    try {
      return await newKeyPair(algorithm);
    } finally {
      this.#leave();
    }
  };

  /** Resolves when there is room, first come first served, and takes it. */
  async #turn(): Promise<void> {
    if (this.#running < this.#terms.rsaAtOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#terms.rsaWaiting) {
      throw new PkiError('overloaded', 'too many RSA keys are waited for already');
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
