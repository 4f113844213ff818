import type { Actor, AuditEntry } from '../audit/entry.ts';
import type { KeyAlgorithm, RsaSignatureScheme, Subject } from '../certificate.ts';
import { refused, type Violation } from '../errors.ts';
import { type DraftDeps, draftCertificate } from '../issuance/draft-certificate.ts';
import { defaultKeyAlgorithmOf } from '../issuance/profile.ts';
import { readRequest } from '../x509/decode-request.ts';
import { readDer } from '../x509/der-reader.ts';
import { encodeName } from '../x509/distinguished-name.ts';
import { encodeRequest, encodeRequestInformation } from '../x509/encode-request.ts';
import { type KeyPair, subjectKeyIdentifierOf, subjectPublicKeyInfoOf } from '../x509/key.ts';
import { type SigningScheme, signingSchemeOf, signWith } from '../x509/signature-scheme.ts';
import type { PendingAuthority, RecordedAuthority } from './authority.ts';
import { authorityOrder } from './create-authority.ts';
import { isThereAlready, nameTaken } from './name-taken.ts';
import { type KeyWrapping, wrapAuthorityKey } from './private-key.ts';
import { rsaSignatureSchemeOf } from './rsa-signature-scheme.ts';

/** What an intermediate is to be that an authority outside certifies; how long it lives is for that to say. */
export interface OutsideAuthorityRequest {
  readonly name: string;
  readonly kind: 'intermediate';
  readonly parent: null;
  /** Completed by the defaults of the profile of its kind. */
  readonly subject: Subject;
  /** Absent: the default of the profile of its kind. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Of an RSA key only; absent: PKCS #1 v1.5. */
  readonly rsaSignatureScheme?: RsaSignatureScheme | undefined;
  readonly pathLenConstraint?: number | undefined;
}

export interface RequestCertificateDeps extends DraftDeps {
  readonly now: () => Date;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  readonly newKeyPair: (algorithm: KeyAlgorithm) => Promise<KeyPair>;
  readonly wrapping: KeyWrapping;
  /** @throws {PkiError} `name-taken` */
  readonly recordPending: (authority: PendingAuthority, entry: AuditEntry) => Promise<void>;
}

/**
 * Makes the key of an intermediate and the request (PKCS #10) by which an authority outside certifies it.
 * Both are durable before the request leaves; until its certificate comes in, the intermediate is pending.
 *
 * @throws {PkiError} `name-taken` or `request-refused`
 */
export async function requestCertificate(
  deps: RequestCertificateDeps,
  request: OutsideAuthorityRequest,
  actor: Actor,
): Promise<PendingAuthority> {
  const { name, kind, parent } = request;
  const keyAlgorithm = request.keyAlgorithm ?? defaultKeyAlgorithmOf(deps.profileOf(kind));
  const rsaSignatureScheme = rsaSignatureSchemeOf(keyAlgorithm, request.rsaSignatureScheme);
  if (await deps.findAuthority(name)) {
    throw nameTaken(isThereAlready(name));
  }
  const keyPair = await deps.newKeyPair(keyAlgorithm);
  const scheme = signingSchemeOf(keyAlgorithm, rsaSignatureScheme);
  const settled = { ...request, keyAlgorithm, rsaSignatureScheme };
  const { subject, violations } = judged(deps, settled, keyPair);
  if (violations.length > 0) throw refused(violations);
  const pending: PendingAuthority = {
    ...{ name, kind, parent, keyAlgorithm, rsaSignatureScheme, certificate: undefined },
    wrappedPrivateKey: wrapAuthorityKey(deps.wrapping, name, keyPair),
    certificationRequest: await signedRequest({ ...request, subject }, scheme, keyPair),
  };
  const details = { name, kind, keyAlgorithm, rsaSignatureScheme, subject };
  const entry = { time: deps.now(), actor, action: 'authority.requested', details } as const;
  await deps.recordPending(pending, entry);
  return pending;
}

/** The subject that a pending authority has asked for. */
export function requestedSubjectOf({ certificationRequest }: PendingAuthority): Subject {
  return readDer(certificationRequest, readRequest).subject.known;
}

/**
 * What is asked for outside is judged as what is signed here, by a draft that is never signed; it lives as long as the
 * profile asks at least, since that is for the authority outside to say.
 */
function judged(
  deps: RequestCertificateDeps,
  request: OutsideAuthorityRequest & { readonly keyAlgorithm: KeyAlgorithm },
  keyPair: KeyPair,
): { readonly subject: Subject; readonly violations: readonly Violation[] } {
  const validity = deps.profileOf(request.kind).validity.minimum ?? '1s';
  const order = authorityOrder(deps, { ...request, validity }, keyPair);
  const { violations } = draftCertificate(deps, order, deps.now());
  return { subject: order.request.subject, violations };
}

async function signedRequest(
  { subject, pathLenConstraint }: OutsideAuthorityRequest,
  scheme: SigningScheme,
  { publicKey, privateKey }: KeyPair,
): Promise<Buffer> {
  const subjectPublicKeyInfo = subjectPublicKeyInfoOf(publicKey);
  const information = encodeRequestInformation({
    subject: encodeName(subject),
    subjectPublicKeyInfo,
    subjectKeyIdentifier: subjectKeyIdentifierOf(subjectPublicKeyInfo),
    pathLenConstraint,
    keyUsage: ['keyCertSign', 'cRLSign'],
  });
  const signature = await signWith(privateKey, scheme, information);
  return encodeRequest(information, scheme.identifier, signature);
}
