import type { KeyAlgorithm } from '../certificate.ts';
import { type KeyPair, newKeyPair } from '../x509/key.ts';

/**
 * Makes key pairs, RSA ones only so many at once.
 *
 * All run in the thread pool, which also signs: as many slow RSA generations as it has threads would
 * keep every other certificate waiting for seconds.
 */
export class KeyGeneration {
  readonly #rsaAtOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(rsaAtOnce: number) {
    this.#rsaAtOnce = rsaAtOnce;
  }

  readonly newKeyPair = async (algorithm: KeyAlgorithm): Promise<KeyPair> => {
    if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
    await this.#turn();
    try {
      return await newKeyPair(algorithm);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  };

  /** Resolves when there is room, first come first served, and takes it. */
  async #turn(): Promise<void> {
    if (this.#running >= this.#rsaAtOnce) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#running += 1;
  }
}
