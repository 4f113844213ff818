import type { DerivationWork } from './derivation-budget.ts';
import { LockedFileError } from './locked-file-error.ts';

/** A function that makes a key of a password (RFC 8018 §5), with its parameters. */
export interface KeyDerivation {
  /** The length of the key, where the parameters say it. */
  readonly keyLength: number | undefined;
  readonly workOf: (size: number) => DerivationWork;
  /** A key of `size` octets, made in the thread pool. */
  readonly derive: (password: string, size: number) => Promise<Buffer>;
}

/** @throws {LockedFileError} where the parameters ask for a key of another length */
export function assertKeyLength({ keyLength }: KeyDerivation, size: number): void {
  if (keyLength === undefined || keyLength === size) return;
  throw new LockedFileError('says another key length than its cipher has');
}
