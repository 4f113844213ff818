import { hash } from 'node:crypto';
import type { Certificate } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';

/** A certificate as it is recorded; what it says is read from its octets, `der`. */
export function recordedCertificate(
  decoded: DecodedCertificate,
  der: Uint8Array,
  known: Pick<Certificate, 'authority' | 'profile' | 'issuedAt' | 'warnings'>,
): Certificate {
  const { dnsNames, ipAddresses, emailAddresses, uris } = decoded.names;
  return {
    serialNumber: decoded.serialNumber,
    ...known,
    subject: decoded.subject.known,
    // One from elsewhere may repeat a name.
    dnsNames: [...new Set(dnsNames)],
    ipAddresses,
    emailAddresses,
    uris,
    notBefore: decoded.notBefore,
    notAfter: decoded.notAfter,
    fingerprintSha256: hash('sha256', der, 'hex'),
    der,
  };
}
