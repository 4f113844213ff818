import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm, Validity } from '../certificate.ts';
import { refused } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodeName } from '../x509/distinguished-name.ts';
import { keyAlgorithmOf, subjectKeyIdentifierOf, subjectPublicKeyInfoOf } from '../x509/key.ts';
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
    readonly keyAlgorithm: KeyAlgorithm;
  },
): CertificateTemplate {
  const { now, serialNumber, keyAlgorithm } = decided;
  const issuer: DecodedCertificate | undefined = signer.path[0];
  const subject = encodeName(request.subject);
  const subjectPublicKeyInfo = subjectPublicKeyInfoOf(request.publicKey);
  const subjectKeyIdentifier = subjectKeyIdentifierOf(subjectPublicKeyInfo);
  return {
    serialNumber,
    issuerKeyAlgorithm: signer.keyAlgorithm,
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

/** @throws {PkiError} `request-refused` for a key that none of our algorithms made */
export function supportedKeyAlgorithmOf(publicKey: KeyObject): KeyAlgorithm {
  const algorithm = keyAlgorithmOf(publicKey);
  if (algorithm) return algorithm;
  throw refused([{ pointer: '', detail: 'the key is of no supported algorithm' }]);
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
