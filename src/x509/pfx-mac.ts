import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DerReader } from './der-reader.ts';
import type { Spend } from './derivation-budget.ts';
import { LockedFileError, unsupported } from './locked-file-error.ts';
import { derivePbkdf2, readHmac, readPbkdf2 } from './pbkdf2.ts';
import { PBMAC1 } from './pfx-oids.ts';
import { derivePkcs12 } from './pkcs12-kdf.ts';

/** Whether a password, or `null` for none, makes the MAC of these octets. */
export type VerifyMac = (
  octets: Uint8Array,
  unlocking: { readonly password: string | null; readonly spend: Spend },
) => Promise<boolean>;

/** The digests of a MAC in PKCS #12's own way, each with the length of its values. */
const DIGESTS = {
  '1.3.14.3.2.26': { digest: 'sha1', size: 20 },
  '2.16.840.1.101.3.4.2.1': { digest: 'sha256', size: 32 },
  '2.16.840.1.101.3.4.2.2': { digest: 'sha384', size: 48 },
  '2.16.840.1.101.3.4.2.3': { digest: 'sha512', size: 64 },
} as const;

const HMAC_SIZES: Readonly<Record<string, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** Reads MacData (RFC 7292 §4), and tells how to verify it. */
export function readMac(reader: DerReader): VerifyMac {
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
  return async (octets, { password, spend }) => {
    spend(iterations);
    const derivation = { digest, password, salt, iterations, size, purpose: 'mac' } as const;
    return isMac(digest, await derivePkcs12(derivation), { octets, expected });
  };
}

/** RFC 9579 §4: salt and iterations of the MacData play no part, and the key has a length of its own. */
function readPbmac1(algorithm: DerReader, expected: Uint8Array): VerifyMac {
  const parameters = algorithm.sequence();
  algorithm.end();
  const derivation = readPbkdf2(parameters);
  const digest = readHmac(parameters);
  parameters.end();
  const { keyLength = 0 } = derivation;
  // RFC 9579 §5: nobody takes a key of fewer octets, and no HMAC gains by one longer than its value.
  if (keyLength < 20 || keyLength > (HMAC_SIZES[digest] ?? 0)) {
    throw new LockedFileError('has a MAC whose key is too short or too long');
  }
  return async (octets, { password, spend }) => {
    const key = await derivePbkdf2(derivation, keyLength, { password: password ?? '', spend });
    return isMac(digest, key, { octets, expected });
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
