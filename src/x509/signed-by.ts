import { createPublicKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { encodePem } from './pem.ts';

/** A verification costs as much as all else that is judged of a certificate; a rotation asks for the same one often. */
const MAX_REMEMBERED = 1_024;
/** What was found, by a digest of all octets that decide it; the oldest first. */
const remembered = new Map<string, boolean>();

/** A large exponent makes a verification cost as much as a signature, and is nobody's. */
const MAX_EXPONENT = 2n ** 32n;

/**
 * Whether a certificate in DER is signed with the key of a SubjectPublicKeyInfo in DER, as OpenSSL has it; what that cannot
 * read, or has no algorithm for, is not the key that signed.
 */
export function isSignedBy(certificate: Uint8Array, subjectPublicKeyInfo: Uint8Array): boolean {
  const octets = Buffer.concat([certificate, subjectPublicKeyInfo]);
  const digest = `${certificate.length} ${hash('sha256', octets, 'base64')}`;
  const known = remembered.get(digest);
  if (known !== undefined) return known;
  const found = verify(certificate, subjectPublicKeyInfo);
  const [oldest] = remembered.keys();
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(digest, found);
  return found;
}

function verify(certificate: Uint8Array, subjectPublicKeyInfo: Uint8Array): boolean {
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
