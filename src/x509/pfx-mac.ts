import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DerReader } from './der-reader.ts';
import type { DerivationWork } from './derivation-budget.ts';
import { LockedFileError, unsupported } from './locked-file-error.ts';
import type { Unlocking } from './password-decryption.ts';
import { HMAC_SIZES, readHmac } from './pbkdf2.ts';
import { PBMAC1 } from './pfx-oids.ts';
import { derivePkcs12 } from './pkcs12-kdf.ts';
import { readKeyDerivation } from './read-key-derivation.ts';

/** The MAC of a PFX, and how to verify it. */
export interface PfxMac {
  readonly work: DerivationWork;
  /** Whether the empty password and none make different keys. */
  readonly tellsEmptyFromNone: boolean;
  /** Whether the password makes the MAC of these octets. */
  readonly verify: (octets: Uint8Array, unlocking: Unlocking) => Promise<boolean>;
}

/** The digests of a MAC in PKCS #12's own way, each with the length of its values. */
const DIGESTS = {
  '1.3.14.3.2.26': { digest: 'sha1', size: 20 },
  '2.16.840.1.101.3.4.2.1': { digest: 'sha256', size: 32 },
  '2.16.840.1.101.3.4.2.2': { digest: 'sha384', size: 48 },
  '2.16.840.1.101.3.4.2.3': { digest: 'sha512', size: 64 },
} as const;

/** Reads MacData (RFC 7292 §4). */
export function readMac(reader: DerReader): PfxMac {
  const data = reader.sequence();
  const digestInfo = data.sequence();
  const algorithm = digestInfo.sequence();
  const expected = digestInfo.octetString();
  digestInfo.end();
  const salt = data.octetString();
  const iterations = data.isAtEnd ? 1 : data.number();
  data.end();
  const id = algorithm.oid();
  if (id === PBMAC1) return readPbmac1(algorithm, expected);
  if (!algorithm.isAtEnd) algorithm.null();
  algorithm.end();
  if (!isDigest(id)) throw unsupported(`has a MAC by ${id}`);
  const { digest, size } = DIGESTS[id];
  const derivation = { digest, salt, iterations, size, purpose: 'mac' } as const;
  return {
    work: { iterations, times: 1 },
    tellsEmptyFromNone: true,
    verify: async (octets, unlocking) => {
      const key = await derivePkcs12({ ...derivation, ...unlocking });
      return isMac(digest, key, { octets, expected });
    },
  };
}

/** RFC 9579 §4: salt and iterations of the MacData play no part, and the key has a length of its own. */
function readPbmac1(algorithm: DerReader, expected: Uint8Array): PfxMac {
  const parameters = algorithm.sequence();
  algorithm.end();
  const derivation = readKeyDerivation(parameters);
  const digest = readHmac(parameters);
  parameters.end();
  const { keyLength = 0 } = derivation;
  // RFC 9579 §5: nobody takes a key of fewer octets, and no HMAC gains by one longer than its value.
  if (keyLength < 20 || keyLength > HMAC_SIZES[digest]) {
    throw new LockedFileError('has a MAC whose key is too short or too long');
  }
  return {
    work: derivation.workOf(keyLength),
    tellsEmptyFromNone: false,
    verify: async (octets, { password, signal }) => {
      signal?.throwIfAborted();
      const key = await derivation.derive(password ?? '', keyLength);
      return isMac(digest, key, { octets, expected });
    },
  };
}

function isMac(
  digest: string,
  key: Uint8Array,
  { octets, expected }: { readonly octets: Uint8Array; readonly expected: Uint8Array },
): boolean {
  const mac = createHmac(digest, key).update(octets).digest();
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

function isDigest(id: string): id is keyof typeof DIGESTS {
  return Object.hasOwn(DIGESTS, id);
}
