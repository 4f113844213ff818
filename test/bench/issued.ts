import { createPublicKey, X509Certificate } from 'node:crypto';
import type { Requested } from './certification-requests.ts';

/** Throws unless `pem` certifies the name and the key of `requested`. */
export function assertIssued(pem: string, requested: Requested | undefined): void {
  const certificate = new X509Certificate(pem);
  if (requested === undefined || certificate.checkHost(requested.host) === undefined) {
    throw new Error(`nobody asked for a certificate for ${certificate.subjectAltName}`);
  }
  if (!certificate.publicKey.equals(requested.publicKey)) {
    throw new Error(`the certificate for ${requested.host} holds another public key`);
  }
}

/** Throws unless `pem` certifies the name of `requested` and the key that came with it. */
export function assertIssuedWithKey(
  pem: string,
  privateKey: string,
  requested: Requested | undefined,
): void {
  assertIssued(pem, requested && { ...requested, publicKey: createPublicKey(privateKey) });
}
