import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import type { KeyDerivation } from './key-derivation.ts';
import { unsupported } from './locked-file-error.ts';

/** The octets of each digest's value. */
export const HMAC_SIZES = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
type HmacDigest = keyof typeof HMAC_SIZES;

/** HMAC with each digest, as a pseudo-random function (RFC 8018 appendix B.1.2) and as a MAC (§B.3). */
const HMAC_DIGESTS: Readonly<Record<string, HmacDigest>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const pbkdf2Async = promisify(pbkdf2);

/** Reads PBKDF2-params (RFC 8018 appendix A.2). */
export function readPbkdf2(parameters: DerReader): KeyDerivation {
  const salt = parameters.octetString();
  const iterations = parameters.number();
  const keyLength = parameters.isNext(TAG.integer) ? parameters.number() : undefined;
  const digest = parameters.isAtEnd ? 'sha1' : readHmac(parameters);
  return {
    keyLength,
    workOf: (size) => ({ iterations, times: Math.ceil(size / HMAC_SIZES[digest]) }),
    derive: (password, size) => pbkdf2Async(password, salt, iterations, size, digest),
  };
}

/** Reads the AlgorithmIdentifier of an HMAC, and names its digest. */
export function readHmac(reader: DerReader): HmacDigest {
  const algorithm = reader.sequence();
  const id = algorithm.oid();
  if (!algorithm.isAtEnd) algorithm.null();
  algorithm.end();
  const digest = HMAC_DIGESTS[id];
  if (digest === undefined) throw unsupported(`uses an HMAC ${id}`);
  return digest;
}
