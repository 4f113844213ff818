import type { Certificate } from '../src/certificate.ts';
import { hasEnded } from '../src/has-ended.ts';
import type { IssuedLeaf } from '../src/issuance/issue-leaf.ts';
import { oncePer } from '../src/once-per.ts';
import { encodeCertificates, encodePrivateKey } from '../src/x509/pem.ts';

/** Of every authority's path the same text again and again. */
const chainOf = oncePer(encodeCertificates);

/** The wire form of a certificate, as `openapi.yaml` has it. `above` is its path, issuer first, root last. */
export function presentCertificate(
  certificate: Certificate,
  above: readonly Uint8Array[],
  now: Date,
) {
  const { serialNumber, authority, profile, subject, notBefore, notAfter } = certificate;
  const { dnsNames, ipAddresses, emailAddresses, uris } = certificate;
  return {
    serialNumber,
    serialNumberDecimal: BigInt(`0x${serialNumber}`).toString(),
    authority,
    profile,
    subject,
    dnsNames,
    ipAddresses,
    emailAddresses,
    uris,
    notBefore: wireTime(notBefore),
    notAfter: wireTime(notAfter),
    fingerprintSha256: certificate.fingerprintSha256,
    status: hasEnded(certificate, now) ? 'expired' : 'valid',
    warnings: certificate.warnings,
    certificate: encodeCertificates([certificate.der]),
    chain: chainOf(above),
  };
}

/** A certificate just issued, with its private key where that was made here. */
export function presentIssued(
  { certificate, privateKey }: IssuedLeaf,
  above: readonly Uint8Array[],
  now: Date,
) {
  return {
    ...presentCertificate(certificate, above, now),
    ...(privateKey ? { privateKey: encodePrivateKey(privateKey) } : {}),
  };
}

/** RFC 3339 in UTC; certificates know whole seconds only. */
export function wireTime(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}
