/** Octets that are not DER, or not what belongs in that place. */
export class DerError extends Error {
  override readonly name = 'DerError';
  readonly #what: string;
  readonly #offset: number;

  constructor(what: string, offset: number) {
    super(`${what}, at octet ${offset}`);
    this.#what = what;
    this.#offset = offset;
  }

  /** The same, said of a part that has a name. */
  in(part: string): DerError {
    return new DerError(`${part}: ${this.#what}`, this.#offset);
  }
}
