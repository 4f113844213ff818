import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { ANY_EXTENDED_KEY_USAGE } from '../x509/oids.ts';
import { areAlikeNames } from './alike-names.ts';
import { isSelfIssued, type PathCandidate } from './candidate.ts';
import { pathNameFault } from './path-names.ts';
import { firstIssuer, firstOf, labelAt } from './path-step.ts';
import { CONSUMERS, type Rule } from './rule.ts';

/** How certificates of one path go together (RFC 5280 §6.1). */
export const pathRules: readonly Rule<PathCandidate>[] = [
  {
    id: 'path-in-order',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'Each certificate is followed by its issuer’s, whose subject is its issuer.',
    source: 'RFC 5246 §7.4.2; RFC 5280 §6.1, §7.1',
    prevents: { 'application-gateway': 'Leaf certificate is not the topmost' },
    faultOf: (path) =>
      firstOf(path, ({ certificate, label, above: [issuer] }) =>
        !issuer || areAlikeNames(issuer.subjectName, certificate.issuerName)
          ? undefined
          : `${label} is not followed by that of its issuer`,
      ),
  },
  {
    id: 'path-issuer-octets',
    severity: 'error',
    consumers: CONSUMERS.filter((consumer) => !['openssl', 'java'].includes(consumer)),
    part: 'certificate',
    requirement:
      'A certificate’s issuer is its issuer’s subject octet for octet. OpenSSL and Java pass over letter case, spaces and string types.',
    source: 'RFC 5280 §4.1.2.6; Go crypto/x509 (Certificate.isValid)',
    prevents: { go: 'x509: issuer name does not match subject from issuing certificate' },
    faultOf: (path) =>
      firstOf(path, ({ certificate: { issuerName }, label, above: [issuer] }) =>
        issuer &&
        Buffer.compare(issuer.subjectName, issuerName) !== 0 &&
        areAlikeNames(issuer.subjectName, issuerName)
          ? `${label} spells its issuer otherwise than that does`
          : undefined,
      ),
  },
  {
    id: 'path-signatures',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'Each certificate is signed with the key of the next.',
    source: 'RFC 5280 §6.1.3 (a)(1)',
    prevents: {
      openssl: 'certificate signature failure',
      go: 'x509: certificate signed by unknown authority',
      java: 'signature check failed',
    },
    faultOf: (path) => {
      const at = path.signatures.indexOf(false);
      const [signed, signer] = [labelAt(path, at), labelAt(path, at + 1)];
      return at < 0 ? undefined : `${signed} is not signed with the key of ${signer}`;
    },
  },
  {
    id: 'path-issuers-are-authorities',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'Whoever signs certificates is an authority.',
    source: 'RFC 5280 §6.1.4 (k), (n)',
    prevents: {
      openssl: 'invalid CA certificate',
      go: 'x509: invalid signature: parent certificate cannot sign this kind of certificate',
    },
    faultOf: (path) =>
      firstOf(path, ({ certificate, place, label }) =>
        place < firstIssuer(path) || certificate.isAuthority
          ? undefined
          : `${label} is no authority’s, and stands where an issuer’s does`,
      ),
  },
  {
    id: 'path-issuers-cert-sign',
    severity: 'error',
    consumers: ['envoy', 'openssl', 'go', 'java'],
    part: 'certificate',
    requirement: 'Whoever signs certificates has keyCertSign in its keyUsage.',
    source:
      'RFC 5280 §6.1.4 (n); OpenSSL and BoringSSL X509_check_ca; Go crypto/x509 (CheckSignatureFrom)',
    prevents: {
      openssl: 'invalid CA certificate',
      go: 'x509: invalid signature: parent certificate cannot sign this kind of certificate',
      java: 'CA key usage check failed: keyCertSign bit is not set',
    },
    faultOf: (path) =>
      firstOf(path, ({ certificate: { isAuthority, keyUsage }, place, label }) =>
        place >= firstIssuer(path) &&
        isAuthority &&
        keyUsage.length > 0 &&
        !keyUsage.includes('keyCertSign')
          ? `${label} is an issuer’s without keyCertSign`
          : undefined,
      ),
  },
  {
    id: 'path-length',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'No more authorities follow one than its pathLenConstraint allows.',
    source: 'RFC 5280 §6.1.4 (l), (m)',
    prevents: {
      openssl: 'path length constraint exceeded',
      go: 'x509: too many intermediates for path length constraint',
      java: 'basic constraints check failed: pathLenConstraint violated',
    },
    faultOf: pathLengthFault,
  },
  {
    id: 'path-name-constraints',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'Every name is permitted by the nameConstraints of every authority above.',
    source: 'RFC 5280 §4.2.1.10, §6.1.3 (b), (c)',
    prevents: {
      openssl: 'permitted subtree violation',
      go: 'is not permitted by any constraint',
      java: 'name constraints check failed',
    },
    faultOf: pathNameFault,
  },
  {
    id: 'path-purposes-nest',
    severity: 'error',
    consumers: ['openssl', 'go', 'istio'],
    part: 'certificate',
    requirement:
      'An authority’s extKeyUsage, where it has one, names every purpose of what it issues.',
    source: 'Go crypto/x509 (Certificate.Verify); OpenSSL crypto/x509/v3_purp.c',
    prevents: {
      openssl: 'unsuitable certificate purpose',
      go: 'x509: certificate specifies an incompatible key usage',
    },
    faultOf: (path) =>
      firstOf(path, ({ certificate, label, above }) =>
        above.every((authority) => doPurposesNest(certificate, authority))
          ? undefined
          : `${label} has a purpose that an authority above it has not`,
      ),
  },
  {
    id: 'path-purposes-by-name',
    severity: 'error',
    consumers: ['openssl'],
    part: 'certificate',
    requirement:
      'An authority’s extKeyUsage has anyExtendedKeyUsage only beside every purpose of what it issues.',
    source: 'OpenSSL crypto/x509/v3_purp.c (check_purpose_ssl_client, check_purpose_ssl_server)',
    prevents: { openssl: 'unsuitable certificate purpose' },
    faultOf: (path) =>
      firstOf(path, ({ certificate: { extKeyUsage }, label, above }) =>
        above.every((authority) => !isForAnyPurpose(authority) || hasAll(authority, extKeyUsage))
          ? undefined
          : `${label} has a purpose that an authority above it has by anyExtendedKeyUsage alone`,
      ),
  },
  {
    id: 'path-outlived-issuer',
    severity: 'warning',
    consumers: CONSUMERS,
    part: 'validity',
    requirement:
      'No certificate outlives its issuer, or it ends on a day that its own dates do not show.',
    source: 'RFC 5280 §6.1.3 (a)(2)',
    faultOf: (path) =>
      firstOf(path, ({ certificate: { notAfter }, label, above: [issuer] }) =>
        issuer && issuer.notAfter < notAfter
          ? `${label} outlives its issuer, which ends at ${issuer.notAfter.toISOString()}`
          : undefined,
      ),
  },
];

/** An authority that is its own issuer does not count among those that follow. */
function pathLengthFault(path: PathCandidate): string | undefined {
  let followers = 0;
  for (const [index, { pathLenConstraint, ...authority }] of path.certificates.entries()) {
    if (index + 1 < firstIssuer(path)) continue;
    if (pathLenConstraint !== undefined && followers > pathLenConstraint) {
      return `${labelAt(path, index)} allows ${pathLenConstraint} authorities below it, and has ${followers}`;
    }
    if (!isSelfIssued(authority)) followers += 1;
  }
  return undefined;
}

/** Whether an authority may do, or pass on, all that a certificate below it is for. */
function doPurposesNest(certificate: DecodedCertificate, authority: DecodedCertificate): boolean {
  if (authority.extKeyUsage.length === 0 || isForAnyPurpose(authority)) return true;
  return hasAll(authority, certificate.extKeyUsage);
}

function isForAnyPurpose({ extKeyUsage }: DecodedCertificate): boolean {
  return extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE);
}

function hasAll({ extKeyUsage }: DecodedCertificate, purposes: readonly string[]): boolean {
  return purposes.every((purpose) => extKeyUsage.includes(purpose));
}
