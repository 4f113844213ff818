import type { KeyAlgorithm, Subject, Validity } from '../certificate.ts';
import { refused } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodeName } from '../x509/distinguished-name.ts';
import { subjectKeyIdentifierOf } from '../x509/key.ts';
import {
  type CertificateTemplate,
  type CommonParts,
  encodeTemplate,
  type OwnParts,
} from '../x509/tbs-certificate.ts';
import type { CertificateUrls } from './certificate-urls.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import { keyIdentifierOf } from './issuer.ts';
import { keyUsageOf, type Profile } from './profile.ts';
import { valuesOf } from './requested-names.ts';
import { validityUnder } from './validity.ts';

/** GeneralizedTime has four digits for the year (RFC 5280 §4.1.2.5.2). */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** What a certificate is made for. */
export interface Purpose {
  readonly signer: Signer;
  readonly profile: Profile;
  readonly request: IssuanceRequest;
  readonly urls: CertificateUrls;
}

/** Everything that the certificate for a request says for itself, decided at `now`. */
export function ownPartsOf(
  { signer, profile, request }: Purpose,
  { now, serialNumber }: { readonly now: Date; readonly serialNumber: string },
): OwnParts {
  const { subjectPublicKeyInfo } = request.publicKey;
  return {
    serialNumber,
    subject: subjectNameOf(request),
    subjectPublicKeyInfo,
    subjectKeyIdentifier: subjectKeyIdentifierOf(subjectPublicKeyInfo),
    nameConstraints: request.nameConstraints,
    ...valuesOf(request.names),
    ...validityOf(request, profile, { now, issuers: signer.path }),
  };
}

/**
 * Of leaves; an authority's certificate is made once, and by terms of its own. What else is in a template follows from signer
 * and profile: the addresses do, since a process has one public URL.
 */
const templates = new WeakMap<Signer, WeakMap<Profile, Map<KeyAlgorithm, CertificateTemplate>>>();

/** What the certificate for a request has in common with others, written where it has not been written yet. */
export function templateOf(purpose: Purpose, own: OwnParts): CertificateTemplate {
  const { signer, profile, request } = purpose;
  if (profile.isAuthority) return encodeTemplate(commonPartsOf(purpose, own));
  const ofSigner =
    templates.get(signer) ?? new WeakMap<Profile, Map<KeyAlgorithm, CertificateTemplate>>();
  templates.set(signer, ofSigner);
  const ofProfile = ofSigner.get(profile) ?? new Map<KeyAlgorithm, CertificateTemplate>();
  ofSigner.set(profile, ofProfile);
  const { keyAlgorithm } = request.publicKey;
  const template = ofProfile.get(keyAlgorithm) ?? encodeTemplate(commonPartsOf(purpose, own));
  ofProfile.set(keyAlgorithm, template);
  return template;
}

function commonPartsOf({ signer, profile, request, urls }: Purpose, own: OwnParts): CommonParts {
  const issuer: DecodedCertificate | undefined = signer.path[0];
  return {
    signatureAlgorithm: signer.signatureAlgorithm,
    issuer: issuer?.subjectName ?? own.subject,
    authorityKeyIdentifier: issuer
      ? Buffer.from(keyIdentifierOf(issuer), 'hex')
      : own.subjectKeyIdentifier,
    isAuthority: profile.isAuthority,
    pathLenConstraint: request.pathLenConstraint,
    keyUsage: keyUsageOf(profile, request.publicKey.keyAlgorithm),
    extKeyUsage: profile.extKeyUsage,
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
  profile: Profile,
  about: { now: Date; issuers: readonly DecodedCertificate[] },
): Validity {
  const decided = validityUnder(profile, { validity, ...about });
  if (decided.notAfter.getTime() <= LAST_INSTANT) return decided;
  throw refused([{ pointer: '/validity', detail: 'would end after the year 9999' }]);
}
