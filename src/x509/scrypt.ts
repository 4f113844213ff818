import { scrypt } from 'node:crypto';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import type { KeyDerivation } from './key-derivation.ts';
import { LockedFileError } from './locked-file-error.ts';

/** Four times what OpenSSL's default takes. */
const MAX_MEMORY_OCTETS = 64 * 1024 * 1024;
/** What OpenSSL needs on top of that. */
const ROOM_OCTETS = 1024 * 1024;
/** RFC 7914 §2: a block has 64 times the block size parameter, and they come in pairs. */
const BLOCK_OCTETS = 128;

/** Reads scrypt-params (RFC 7914 §7.1). */
export function readScrypt(parameters: DerReader): KeyDerivation {
  const salt = parameters.octetString();
  const [N, r, p] = [parameters.number(), parameters.number(), parameters.number()];
  const keyLength = parameters.isNext(TAG.integer) ? parameters.number() : undefined;
  // RFC 7914 §2: N < 2^(128 * r / 8).
  const isCostRight = N >= 2 && Math.log2(N) < 16 * r && Number.isInteger(Math.log2(N));
  if (r < 1 || p < 1 || !isCostRight) {
    throw parameters.fault('parameters that scrypt cannot have');
  }
  // OpenSSL needs two blocks of its own.
  if (BLOCK_OCTETS * r * (N + p + 2) > MAX_MEMORY_OCTETS) {
    throw new LockedFileError(`asks scrypt for more than ${MAX_MEMORY_OCTETS} octets of memory`);
  }
  const terms = { N, r, p, maxmem: MAX_MEMORY_OCTETS + ROOM_OCTETS };
  return {
    keyLength,
    // Working on a block takes about as long as hashing it.
    workOf: () => ({ iterations: N * r * p, times: 1 }),
    derive: (password, size) =>
      new Promise((resolve, reject) => {
        scrypt(password, salt, size, terms, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      }),
  };
}
