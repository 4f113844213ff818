import { PkiError } from '../errors.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { DerError } from '../x509/der-error.ts';
import { decodePem } from '../x509/pem.ts';

/**
 * Every certificate of a PEM text.
 *
 * @throws {PkiError} `request-malformed`
 */
export function certificatesIn(pem: string): readonly DecodedCertificate[] {
  return decodePem(pem).map(({ der }) => decodeCertificate(der));
}

/** `undefined` for what is no such file, whoever wrote it. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError || error instanceof PkiError) return undefined;
    throw error;
  }
}

/** Whether two PEM texts hold the same, whatever stands between the blocks; not where one cannot be read. */
export function areSamePem(one: string, other: string): boolean {
  const [left, right] = [one, other].map((pem) =>
    readable(() => decodePem(pem).map(({ der }) => der.toString('base64'))),
  );
  return left !== undefined && right !== undefined && left.join() === right.join();
}
