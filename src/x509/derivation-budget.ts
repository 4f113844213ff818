import { LockedFileError } from './locked-file-error.ts';

/** What it takes to make a key of a password: so many iterations, `times` over where the key is longer than a digest. */
export interface DerivationWork {
  readonly iterations: number;
  readonly times: number;
}

/** Takes note of work before any of it is done. */
export type Spend = (work: readonly DerivationWork[]) => void;

/**
 * Writers use 1 to 600,000 iterations for a key. A file may ask for any number, and whoever sends one
 * must not be able to keep this service busy for long: .NET's loader has the same bound for a whole file.
 */
const MAX_ITERATIONS = 1_000_000;
/**
 * GnuTLS makes 600,000 for the MAC, for the key and for each certificate; with its 3DES, which needs three derivations, four
 * certificates are within it. At one to three microseconds each, it is some ten seconds.
 */
const MAX_ITERATIONS_OF_A_FILE = 10_000_000;

/**
 * The bound on all the work that one file may ask for.
 *
 * The function that it returns throws {@link LockedFileError} where it is overdrawn.
 */
export function derivationBudget(): Spend {
  let left = MAX_ITERATIONS_OF_A_FILE;
  return (work) => {
    for (const { iterations, times } of work) {
      left -= iterations * times;
      if (iterations >= 1 && iterations <= MAX_ITERATIONS && left >= 0) continue;
      const bounds = `1 to ${MAX_ITERATIONS} for one key, ${MAX_ITERATIONS_OF_A_FILE} in all`;
      throw new LockedFileError(`asks for a number of iterations outside the bounds: ${bounds}`);
    }
  };
}
