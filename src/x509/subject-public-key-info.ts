import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION } from './oids.ts';

/** A public key taken apart, as far as its kind is known here. */
export type PublicKeyParts =
  | { readonly kind: 'ec'; readonly curve: string; readonly point: Uint8Array }
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array; readonly publicExponent: Uint8Array }
  | { readonly kind: 'ed25519'; readonly point: Uint8Array }
  | { readonly kind: 'unknown'; readonly algorithm: string };

/**
 * A SubjectPublicKeyInfo taken apart.
 *
 * @throws {DerError} where it is none
 */
export function decodePublicKey(subjectPublicKeyInfo: Uint8Array): PublicKeyParts {
  return readDer(subjectPublicKeyInfo, readSubjectPublicKeyInfo);
}

/** Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); a curve is told by its object identifier. */
export function readSubjectPublicKeyInfo(reader: DerReader): PublicKeyParts {
  const members = reader.sequence();
  const { id, parameters } = readAlgorithmIdentifier(members);
  const key = members.bitString();
  members.end();
  if (id === RSA_ENCRYPTION) return { kind: 'rsa', ...readDer(key, readRsaPublicKey) };
  if (id === ED25519) return { kind: 'ed25519', point: key };
  if (id !== EC_PUBLIC_KEY || !parameters) return { kind: 'unknown', algorithm: id };
  return { kind: 'ec', curve: readDer(parameters, (curve) => curve.oid()), point: key };
}

/** RFC 3279 §2.3.1; both numbers big-endian without leading zeros. */
function readRsaPublicKey(reader: DerReader): { modulus: Uint8Array; publicExponent: Uint8Array } {
  const members = reader.sequence();
  const modulus = members.unsigned();
  const publicExponent = members.unsigned();
  members.end();
  return { modulus, publicExponent };
}
