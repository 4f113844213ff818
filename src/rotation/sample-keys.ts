import type { KeyAlgorithm } from '../certificate.ts';
import { type KeyPair, type SubjectKey, subjectKeyOf } from '../x509/key.ts';

/**
 * A public key of each algorithm for drafts that are judged and never signed; each is made when it is first asked
 * for, since RSA takes up to seconds, and its private half is dropped.
 */
export class SampleKeys {
  readonly #newKeyPair: (algorithm: KeyAlgorithm) => Promise<KeyPair>;
  readonly #made = new Map<KeyAlgorithm, SubjectKey>();

  constructor(newKeyPair: (algorithm: KeyAlgorithm) => Promise<KeyPair>) {
    this.#newKeyPair = newKeyPair;
  }

  readonly sampleKeyOf = async (algorithm: KeyAlgorithm): Promise<SubjectKey> => {
    const key =
      this.#made.get(algorithm) ?? subjectKeyOf(await this.#newKeyPair(algorithm), algorithm);
    this.#made.set(algorithm, key);
    return key;
  };
}
