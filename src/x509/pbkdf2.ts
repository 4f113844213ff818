import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import type { Spend } from './derivation-budget.ts';
import { LockedFileError, unsupported } from './locked-file-error.ts';
import { PBKDF2 } from './pfx-oids.ts';

/** HMAC with each digest, as a pseudo-random function (RFC 8018 appendix B.1.2) and as a MAC (§B.3). */
const HMAC_DIGESTS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

/** PBKDF2-params (RFC 8018 appendix A.2). */
export interface Pbkdf2Parameters {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly keyLength: number | undefined;
  readonly digest: string;
}

const pbkdf2Async = promisify(pbkdf2);

/** Reads the AlgorithmIdentifier of a key derivation function, which must be PBKDF2. */
export function readPbkdf2(reader: DerReader): Pbkdf2Parameters {
  const algorithm = reader.sequence();
  const id = algorithm.oid();
  if (id !== PBKDF2) throw unsupported(`derives its key by ${id}`);
  const parameters = algorithm.sequence();
  algorithm.end();
  const salt = parameters.octetString();
  const iterations = parameters.number();
  const keyLength = parameters.isNext(TAG.integer) ? parameters.number() : undefined;
  const digest = parameters.isAtEnd ? 'sha1' : readHmac(parameters);
  parameters.end();
  return { salt, iterations, keyLength, digest };
}

/** Reads the AlgorithmIdentifier of an HMAC, and names its digest. */
export function readHmac(reader: DerReader): string {
  const algorithm = reader.sequence();
  const id = algorithm.oid();
  if (!algorithm.isAtEnd) algorithm.null();
  algorithm.end();
  const digest = HMAC_DIGESTS[id];
  if (digest === undefined) throw unsupported(`uses an HMAC ${id}`);
  return digest;
}

/** A key of `size` octets, made in the thread pool. */
export function derivePbkdf2(
  parameters: Pbkdf2Parameters,
  size: number,
  { password, spend }: { readonly password: string; readonly spend: Spend },
): Promise<Buffer> {
  const { salt, iterations, keyLength = size, digest } = parameters;
  if (keyLength !== size) throw new LockedFileError('says another key length than its cipher has');
  spend(iterations);
  return pbkdf2Async(password, salt, iterations, size, digest);
}
