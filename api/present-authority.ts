import { isCertified, type RecordedAuthority } from '../src/authority/authority.ts';
import { requestedSubjectOf } from '../src/authority/request-certificate.ts';
import type { Warning } from '../src/certificate.ts';
import { encodeCertificates, encodePem } from '../src/x509/pem.ts';
import { wireTime } from './present-certificate.ts';

/** What an authority is shown with. */
export interface AuthorityContext {
  /** DER of the path: the authority's own certificate first, the root's last. */
  readonly pathOf: (authority: string) => Promise<readonly Uint8Array[]>;
  /** Beside those of its certificate. */
  readonly warning: Warning | undefined;
}

/** The wire form of an authority, as `openapi.yaml` has it; one that is pending has a request in place of a certificate. */
export async function presentAuthority(
  authority: RecordedAuthority,
  { pathOf, warning }: AuthorityContext,
) {
  const { name, kind, parent, keyAlgorithm, rsaSignatureScheme } = authority;
  const key = { keyAlgorithm, ...(rsaSignatureScheme ? { rsaSignatureScheme } : {}) };
  if (!isCertified(authority)) {
    const certificationRequest = encodePem('CERTIFICATE REQUEST', authority.certificationRequest);
    const subject = requestedSubjectOf(authority);
    return { name, kind, parent, status: 'pending', subject, ...key, certificationRequest };
  }
  const { certificate, wrappedPrivateKey } = authority;
  // Its own record may not be durable yet, where nobody is told before it is.
  const above = parent === null ? [] : await pathOf(parent);
  const warnings = [...certificate.warnings, ...(warning ? [warning] : [])];
  return {
    name,
    kind,
    parent,
    status: wrappedPrivateKey ? 'active' : 'external',
    subject: certificate.subject,
    serialNumber: certificate.serialNumber,
    notBefore: wireTime(certificate.notBefore),
    notAfter: wireTime(certificate.notAfter),
    ...key,
    fingerprintSha256: certificate.fingerprintSha256,
    certificate: encodeCertificates([certificate.der]),
    chain: encodeCertificates(above),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
