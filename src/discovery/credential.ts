import { createHash } from 'node:crypto';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import { decodePem } from '../x509/pem.ts';
import type { Credential } from './coverage.ts';

/** What the first certificate of a PEM text is for; `undefined` where it cannot be read. */
export function certificateIn(pem: string): Credential['certificate'] {
  try {
    const [first] = decodePem(pem);
    if (!first) return undefined;
    const { names } = decodeCertificate(first.der);
    const fingerprint = createHash('sha256').update(first.der).digest('hex');
    return { names: names.dnsNames.map((name) => name.toLowerCase()), fingerprint };
  } catch {
    // Whatever it is, it is no certificate that a client would take.
    return undefined;
  }
}
