import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { remembering, rememberingOctets } from '../remembering.ts';
import { opensslCertificate } from './openssl-certificate.ts';
import { encodePem } from './pem.ts';

/** A verification costs as much as all else that is judged of a certificate; a rotation asks for the same one often. */
const REMEMBERED = 256;
/** Importing a key costs as much as verifying with it, and few issuers sign all that is looked at. */
const REMEMBERED_KEYS = 64;
/** A large exponent makes a verification cost as much as a signature, and is nobody's. */
const MAX_EXPONENT = 2n ** 32n;

/**
 * Whether a certificate in DER is signed with the key of a SubjectPublicKeyInfo in DER, as OpenSSL has it; what that cannot
 * read, or has no algorithm for, is not the key that signed.
 */
export function isSignedBy(certificate: Uint8Array, subjectPublicKeyInfo: Uint8Array): boolean {
  return verified({ certificate, subjectPublicKeyInfo });
}

interface Question {
  readonly certificate: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
}

const verified = remembering(REMEMBERED, digestOf, verify);

function digestOf({ certificate, subjectPublicKeyInfo }: Question): string {
  const octets = Buffer.concat([certificate, subjectPublicKeyInfo]);
  return `${certificate.length} ${hash('sha256', octets, 'base64')}`;
}

function verify({ certificate, subjectPublicKeyInfo }: Question): boolean {
  try {
    const key = verifyingKey(subjectPublicKeyInfo);
    return key !== undefined && opensslCertificate(certificate).verify(key);
  } catch {
    return false;
  }
}

/** `undefined` for one that takes too long to verify with. */
const verifyingKey = rememberingOctets(REMEMBERED_KEYS, (subjectPublicKeyInfo: Uint8Array) => {
  const key = createPublicKey(encodePem('PUBLIC KEY', subjectPublicKeyInfo));
  return isHuge(key) ? undefined : key;
});

function isHuge({ asymmetricKeyDetails }: KeyObject): boolean {
  return (asymmetricKeyDetails?.publicExponent ?? 0n) > MAX_EXPONENT;
}
