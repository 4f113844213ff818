import type { DerReader } from './der-reader.ts';
import type { KeyDerivation } from './key-derivation.ts';
import { unsupported } from './locked-file-error.ts';
import { readPbkdf2 } from './pbkdf2.ts';
import { PBKDF2, SCRYPT } from './pfx-oids.ts';
import { readScrypt } from './scrypt.ts';

const READERS: Readonly<Record<string, (parameters: DerReader) => KeyDerivation>> = {
  [PBKDF2]: readPbkdf2,
  [SCRYPT]: readScrypt,
};

/** Reads the AlgorithmIdentifier of a key derivation function. */
export function readKeyDerivation(reader: DerReader): KeyDerivation {
  const algorithm = reader.sequence();
  const id = algorithm.oid();
  const read = READERS[id];
  if (!read) throw unsupported(`derives its key by ${id}`);
  const parameters = algorithm.sequence();
  algorithm.end();
  const derivation = read(parameters);
  parameters.end();
  return derivation;
}
