import { createPublicKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { remembering } from '../remembering.ts';
import { encodePem } from './pem.ts';

/** A verification costs as much as all else that is judged of a certificate; a rotation asks for the same one often. */
const REMEMBERED = 256;
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
    const key = createPublicKey(encodePem('PUBLIC KEY', subjectPublicKeyInfo));
    return !isHuge(key) && new X509Certificate(certificate).verify(key);
  } catch {
    return false;
  }
}

function isHuge({ asymmetricKeyDetails }: KeyObject): boolean {
  return (asymmetricKeyDetails?.publicExponent ?? 0n) > MAX_EXPONENT;
}
