import { LockedFileError } from './locked-file-error.ts';

/** Takes note of the iterations that are about to be made, `times` over. */
export type Spend = (iterations: number, times?: number) => void;

/**
 * Writers use 1 to 600,000 iterations for a key. A file may ask for any number, and whoever sends one
 * must not be able to keep this service busy for long: .NET's loader has the same bound for a whole file.
 */
const MAX_ITERATIONS = 1_000_000;
/** A MAC, a key and some lots of certificates; at about two microseconds each, some seconds in all. */
const MAX_ITERATIONS_OF_A_FILE = 2_500_000;

/**
 * The bound on all the work that one file may ask for, before any of it is done.
 *
 * The function that it returns throws {@link LockedFileError} where it is overdrawn.
 */
export function derivationBudget(): Spend {
  let left = MAX_ITERATIONS_OF_A_FILE;
  return (iterations, times = 1) => {
    left -= iterations * times;
    if (iterations >= 1 && iterations <= MAX_ITERATIONS && left >= 0) return;
    const bounds = `${MAX_ITERATIONS} iterations for one key, ${MAX_ITERATIONS_OF_A_FILE} in all`;
    throw new LockedFileError(`asks for a number of iterations outside the bounds: 1 to ${bounds}`);
  };
}
