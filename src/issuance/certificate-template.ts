import type { Subject, Validity } from '../certificate.ts';
import { refused } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodeName } from '../x509/distinguished-name.ts';
import { subjectKeyIdentifierOf } from '../x509/key.ts';
import type { CertificateTemplate } from '../x509/tbs-certificate.ts';
import type { CertificateUrls } from './certificate-urls.ts';
import { durationSeconds } from './duration.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import { keyIdentifierOf } from './issuer.ts';
import { keyUsageOf, type Profile } from './profile.ts';
import { valuesOf } from './requested-names.ts';
import { commonPeriodOf, validityAt } from './validity.ts';

/** GeneralizedTime has four digits for the year (RFC 5280 §4.1.2.5.2). */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Everything that the certificate for `request` will say, decided at `now`. */
export function templateOf(
  { signer, request }: { readonly signer: Signer; readonly request: IssuanceRequest },
  profile: Profile,
  decided: {
    readonly now: Date;
    readonly serialNumber: string;
    readonly urls: CertificateUrls;
  },
): CertificateTemplate {
  const { now, serialNumber, urls } = decided;
  const { keyAlgorithm, subjectPublicKeyInfo } = request.publicKey;
  const issuer: DecodedCertificate | undefined = signer.path[0];
  const subject = subjectNameOf(request);
  const subjectKeyIdentifier = subjectKeyIdentifierOf(subjectPublicKeyInfo);
  return {
    serialNumber,
    signatureAlgorithm: signer.signatureAlgorithm,
    issuer: issuer?.subjectName ?? subject,
    subject,
    subjectPublicKeyInfo,
    subjectKeyIdentifier,
    authorityKeyIdentifier: issuer ? keyIdentifierOf(issuer) : subjectKeyIdentifier,
    isAuthority: profile.isAuthority,
    pathLenConstraint: request.pathLenConstraint,
    nameConstraints: request.nameConstraints,
    keyUsage: keyUsageOf(profile, keyAlgorithm),
    extKeyUsage: profile.extKeyUsage,
    ...valuesOf(request.names),
    ...validityOf(request, profile, { now, issuers: signer.path }),
    ...urls,
    extraExtensions: profile.extensions.map(({ oid, critical, value }) => ({
      id: oid,
      isCritical: critical,
      value: Buffer.from(value, 'base64'),
    })),
  };
}

function subjectNameOf({ subject, isSubjectInOrder }: IssuanceRequest): Buffer {
  return isSubjectInOrder
    ? encodeName(subject, Object.keys(subject) as (keyof Subject)[])
    : encodeName(subject);
}

function validityOf(
  { validity }: IssuanceRequest,
  { validity: terms, clampToIssuer }: Profile,
  { now, issuers }: { now: Date; issuers: readonly DecodedCertificate[] },
): Validity {
  const wished = validityAt({
    now,
    validitySeconds: durationSeconds(validity ?? terms.default ?? ''),
    backdateSeconds: durationSeconds(terms.backdate),
    maximumSeconds: terms.maximum === undefined ? undefined : durationSeconds(terms.maximum),
    issuerNotBefore: commonPeriodOf(issuers).notBefore,
  });
  const decided = clampToIssuer ? endingWith(issuers, wished) : wished;
  if (decided.notAfter.getTime() <= LAST_INSTANT) return decided;
  throw refused([{ pointer: '/validity', detail: 'would end after the year 9999' }]);
}

/** The same, but for an end after that of any authority above. */
function endingWith(issuers: readonly Validity[], { notBefore, notAfter }: Validity): Validity {
  const ends = [notAfter, ...issuers.map((issuer) => issuer.notAfter)].map(Number);
  return { notBefore, notAfter: new Date(Math.min(...ends)) };
}
