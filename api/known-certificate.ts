import type { Certificate } from '../src/certificate.ts';
import { PkiError } from '../src/errors.ts';
import { parseSerialNumber } from '../src/issuance/serial-number.ts';

/**
 * The certificate that a path names; a serial number is unique for each issuer only (RFC 5280 §4.1.2.2).
 *
 * @throws {PkiError} `certificate-unknown` or `ambiguous-serial-number`
 */
export async function knownCertificate(
  deps: { readonly findCertificates: (serialNumber: string) => Promise<readonly Certificate[]> },
  text: string,
  authority: string | undefined,
): Promise<Certificate> {
  const serialNumber = parseSerialNumber(text);
  const found = serialNumber === undefined ? [] : await deps.findCertificates(serialNumber);
  const meant =
    authority === undefined ? found : found.filter((one) => one.authority === authority);
  const [certificate, ...others] = meant;
  if (!certificate) {
    const whose = authority === undefined ? '' : ` of authority "${authority}"`;
    throw new PkiError('certificate-unknown', `no certificate${whose} has this serial number`);
  }
  if (others.length > 0) throw ambiguous(meant);
  return certificate;
}

function ambiguous(certificates: readonly Certificate[]): PkiError {
  const issuers = certificates.map(({ authority }) => `"${authority}"`).join(', ');
  const message = `certificates of ${issuers} have this serial number: pick one with ?authority=`;
  const parameters = [{ parameter: 'authority', detail: `is needed: one of ${issuers}` }];
  return new PkiError('ambiguous-serial-number', message, { parameters });
}
