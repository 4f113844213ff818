import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { decodePfx } from '../../../src/x509/decode-pfx.ts';
import * as der from '../../../src/x509/der.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';
import {
  CERT_BAG,
  DATA,
  FRIENDLY_NAME,
  KEY_BAG,
  PBKDF2,
  PBMAC1,
  X509_CERTIFICATE,
} from '../../../src/x509/pfx-oids.ts';
import { derivePkcs12, type Pkcs12Derivation } from '../../../src/x509/pkcs12-kdf.ts';
import { testCertificate } from '../../support/chains.ts';

export const PASSWORD = 'Abc123def456';
const HMAC_WITH_SHA256 = '1.2.840.113549.2.9';

export const subject = testCertificate({ commonName: 'hand-made', isAuthority: true });
export const privateKeyInfo = subject.keys.privateKey.export({ format: 'der', type: 'pkcs8' });

const MAC_ALGORITHMS = {
  sha1: { id: '1.3.14.3.2.26', size: 20 },
  sha256: { id: '2.16.840.1.101.3.4.2.1', size: 32 },
  sha384: { id: '2.16.840.1.101.3.4.2.2', size: 48 },
  sha512: { id: '2.16.840.1.101.3.4.2.3', size: 64 },
} as const;

export function contentInfo(type: string, content: Uint8Array): Buffer {
  return der.sequence(der.oid(type), der.explicit(0, content));
}

export function bag(type: string, value: Uint8Array, ...attributes: readonly Buffer[]): Buffer {
  return der.sequence(der.oid(type), der.explicit(0, value), ...attributes);
}

export function friendlyName(value: Buffer): Buffer {
  return der.setOf(der.sequence(der.oid(FRIENDLY_NAME), der.setOf(value)));
}

export function certBag(type = X509_CERTIFICATE): Buffer {
  const certificate = der.explicit(0, der.octetString(subject.der));
  return bag(CERT_BAG, der.sequence(der.oid(type), certificate));
}

export const keyBag = bag(KEY_BAG, privateKeyInfo);

/** An AuthenticatedSafe of one unencrypted part. */
export function safeOf(...bags: readonly Buffer[]): Buffer {
  return der.sequence(contentInfo(DATA, der.octetString(der.sequence(...bags))));
}

export const goodSafe = safeOf(keyBag, certBag());

export type MacTerms = Pick<Pkcs12Derivation, 'digest' | 'password' | 'iterations'>;

/** MacData in PKCS #12's own way. */
export async function macData(safe: Buffer, changes: Partial<MacTerms> = {}): Promise<Buffer> {
  const terms = { digest: 'sha256', password: PASSWORD, iterations: 1, ...changes } as const;
  const { id, size } = MAC_ALGORITHMS[terms.digest];
  const salt = randomBytes(8);
  // A count that nobody works off is only written down.
  const iterations = Math.min(terms.iterations, 1_000);
  const key = await derivePkcs12({ ...terms, iterations, salt, size, purpose: 'mac' });
  const mac = createHmac(terms.digest, key).update(safe).digest();
  const algorithm = der.sequence(der.oid(id), der.nullValue());
  const digestInfo = der.sequence(algorithm, der.octetString(mac));
  const count = terms.iterations === 1 ? [] : [der.integer(terms.iterations)];
  return der.sequence(digestInfo, der.octetString(salt), ...count);
}

/** MacData with PBMAC1 (RFC 9579). */
export function pbmac1Data(safe: Buffer, keyLength: number | undefined = 32): Buffer {
  const salt = randomBytes(8);
  const key = pbkdf2Sync(PASSWORD, salt, 2_048, keyLength, 'sha256');
  const mac = createHmac('sha256', key).update(safe).digest();
  const hmac = der.sequence(der.oid(HMAC_WITH_SHA256), der.nullValue());
  const derivation = der.sequence(
    der.octetString(salt),
    der.integer(2_048),
    der.integer(keyLength),
    hmac,
  );
  const parameters = der.sequence(der.sequence(der.oid(PBKDF2), derivation), hmac);
  const digestInfo = der.sequence(der.sequence(der.oid(PBMAC1), parameters), der.octetString(mac));
  return der.sequence(digestInfo, der.octetString(Buffer.from('NOT USED')), der.integer(1));
}

/** A PFX around `safe`; all of it may be wrong. */
export function pfxOf(safe: Buffer, mac: Buffer | undefined, version = 3): Buffer {
  const content = contentInfo(DATA, der.octetString(safe));
  return der.sequence(der.integer(version), content, ...(mac ? [mac] : []));
}

export async function handMadePfx(safe: Buffer, changes: Partial<MacTerms> = {}): Promise<Buffer> {
  return pfxOf(safe, await macData(safe, changes));
}

/** What is opened at once takes a fraction of this; a file that gets its way takes minutes. */
const TIME_BOUND_MS = 2_000;

/** Why a file is not opened; any other error fails the test. */
export async function refusalOf(pfx: Uint8Array, password = PASSWORD): Promise<string> {
  const started = performance.now();
  try {
    await decodePfx(pfx, password);
    return 'opened';
  } catch (error) {
    assert.ok(error instanceof LockedFileError, String(error));
    return error.isPasswordWrong ? 'wrong password' : error.message;
  } finally {
    assert.ok(performance.now() - started < TIME_BOUND_MS);
  }
}
