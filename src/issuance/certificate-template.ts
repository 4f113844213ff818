import type { Validity } from '../certificate.ts';
import { refused } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodeName } from '../x509/distinguished-name.ts';
import { subjectKeyIdentifierOf } from '../x509/key.ts';
import type { CertificateTemplate } from '../x509/tbs-certificate.ts';
import { durationSeconds } from './duration.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import type { Profile } from './profile.ts';
import { valuesOf } from './requested-names.ts';
import { validityAt } from './validity.ts';

/** GeneralizedTime has four digits for the year (RFC 5280 §4.1.2.5.2). */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Everything that the certificate for `request` will say, decided at `now`. */
export function templateOf(
  { signer, request }: { readonly signer: Signer; readonly request: IssuanceRequest },
  profile: Profile,
  decided: {
    readonly now: Date;
    readonly serialNumber: string;
  },
): CertificateTemplate {
  const { now, serialNumber } = decided;
  const { keyAlgorithm, subjectPublicKeyInfo } = request.publicKey;
  const issuer: DecodedCertificate | undefined = signer.path[0];
  const subject = encodeName(request.subject);
  const subjectKeyIdentifier = subjectKeyIdentifierOf(subjectPublicKeyInfo);
  return {
    serialNumber,
    signatureAlgorithm: signer.signatureAlgorithm,
    issuer: issuer?.subjectName ?? subject,
    subject,
    subjectPublicKeyInfo,
    subjectKeyIdentifier,
    authorityKeyIdentifier: issuer
      ? Buffer.from(issuer.subjectKeyIdentifier, 'hex')
      : subjectKeyIdentifier,
    isAuthority: profile.isAuthority,
    pathLenConstraint: request.pathLenConstraint,
    nameConstraints: request.nameConstraints,
    keyUsage: profile.keyUsageFor(keyAlgorithm),
    extKeyUsage: profile.extKeyUsage,
    ...valuesOf(request.names),
    ...validityOf(request, profile, { now, issuer }),
  };
}

function validityOf(
  { validity }: IssuanceRequest,
  profile: Profile,
  { now, issuer }: { now: Date; issuer: DecodedCertificate | undefined },
): Validity {
  const decided = validityAt({
    now,
    validitySeconds: durationSeconds(validity ?? profile.defaultValidity ?? ''),
    maximumSeconds: profile.maximumValiditySeconds,
    issuerNotBefore: issuer?.notBefore,
  });
  if (decided.notAfter.getTime() <= LAST_INSTANT) return decided;
  throw refused([{ pointer: '/validity', detail: 'would end after the year 9999' }]);
}
