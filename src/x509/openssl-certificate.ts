import { hash, X509Certificate } from 'node:crypto';
import { remembering } from '../remembering.ts';

/** A rotation reads the same certificate at every step, and many go on at once. */
const REMEMBERED = 256;

/**
 * A certificate in DER as OpenSSL's reader has it, beside ours.
 *
 * @throws {Error} where OpenSSL cannot read it
 */
export const opensslCertificate = remembering(
  REMEMBERED,
  (der: Uint8Array) => hash('sha256', der, 'base64'),
  (der) => new X509Certificate(der),
);
