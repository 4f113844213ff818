import { X509Certificate } from 'node:crypto';
import { rememberingOctets } from '../remembering.ts';

/** A rotation reads the same certificate at every step, and many go on at once. */
const REMEMBERED = 256;

/**
 * A certificate in DER as OpenSSL's reader has it, beside ours.
 *
 * @throws {Error} where OpenSSL cannot read it
 */
export const opensslCertificate = rememberingOctets(
  REMEMBERED,
  (der: Uint8Array) => new X509Certificate(der),
);
