import type { Actor } from '../audit/entry.ts';
import type { AuthorityKind, KeyAlgorithm, RsaSignatureScheme, Subject } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import type { IssuanceRequest, Signer } from '../issuance/issuance-request.ts';
import { type IssuanceDeps, issueCertificate } from '../issuance/issue-certificate.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { namedAt } from '../issuance/named-authority.ts';
import { completedSubject, defaultKeyAlgorithmOf } from '../issuance/profile.ts';
import { requestedNames } from '../issuance/requested-names.ts';
import { type KeyPair, subjectKeyOf } from '../x509/key.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import { signingSchemeOf, signWith } from '../x509/signature-scheme.ts';
import type { Authority, RecordedAuthority } from './authority.ts';
import { isThereAlready, nameTaken } from './name-taken.ts';
import { type KeyWrapping, wrapAuthorityKey } from './private-key.ts';
import { rsaSignatureSchemeOf } from './rsa-signature-scheme.ts';
import { writtenNameConstraints } from './written-name-constraints.ts';

/** What an authority is to be. */
export interface AuthorityRequest {
  readonly name: string;
  readonly kind: AuthorityKind;
  /** The authority that signs an intermediate. */
  readonly parent?: string | undefined;
  /** Completed by the defaults of the profile of its kind. */
  readonly subject: Subject;
  /** Absent: the default of the profile of its kind. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Of an RSA key only; absent: PKCS #1 v1.5. */
  readonly rsaSignatureScheme?: RsaSignatureScheme | undefined;
  /** Duration text; absent: the default of the profile of its kind, which has one then. */
  readonly validity?: string | undefined;
  readonly pathLenConstraint?: number | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
}

/** An {@link AuthorityRequest} of which it is known by what key, whoever signs it. */
type SettledRequest = Omit<AuthorityRequest, 'parent'> & { readonly keyAlgorithm: KeyAlgorithm };

export interface AuthorityDeps extends IssuanceDeps {
  readonly issuerOf: (authority: string) => Promise<Issuer>;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  readonly newKeyPair: (algorithm: KeyAlgorithm) => Promise<KeyPair>;
  readonly wrapping: KeyWrapping;
}

/**
 * Creates a root or an intermediate: its key, its certificate and its record come to be together.
 *
 * @throws {PkiError} `name-taken`, `authority-unknown`, `authority-cannot-issue` or `request-refused`
 */
export async function createAuthority(
  deps: AuthorityDeps,
  request: AuthorityRequest,
  actor: Actor,
): Promise<Authority> {
  return namedAt('/parent', () => createdBy(deps, request, actor));
}

async function createdBy(
  deps: AuthorityDeps,
  request: AuthorityRequest,
  actor: Actor,
): Promise<Authority> {
  const { name, kind } = request;
  const profile = deps.profileOf(kind);
  const keyAlgorithm = request.keyAlgorithm ?? defaultKeyAlgorithmOf(profile);
  const parent = kind === 'root' ? null : parentOf(request);
  const rsaSignatureScheme = rsaSignatureSchemeOf(keyAlgorithm, request.rsaSignatureScheme);
  if (await deps.findAuthority(name)) {
    throw nameTaken(isThereAlready(name));
  }
  const issuer = parent === null ? undefined : await deps.issuerOf(parent);
  const keyPair = await deps.newKeyPair(keyAlgorithm);
  const wrappedPrivateKey = wrapAuthorityKey(deps.wrapping, name, keyPair);
  const terms = { name, kind, parent, keyAlgorithm, rsaSignatureScheme };
  const newAuthority = { ...terms, wrappedPrivateKey };
  const order = authorityOrder(deps, { ...request, ...terms }, keyPair, issuer);
  const certificate = await issueCertificate(deps, { ...order, actor }, { newAuthority });
  return { ...newAuthority, certificate };
}

/** What the certificate of an authority is to say, signed by `issuer` or, where there is none here, by its own key. */
export function authorityOrder(
  { profileOf }: Pick<IssuanceDeps, 'profileOf'>,
  asked: SettledRequest,
  keyPair: KeyPair,
  issuer?: Issuer,
): { readonly signer: Signer; readonly request: IssuanceRequest } {
  const subject = completedSubject(profileOf(asked.kind), asked.subject);
  return {
    signer: issuer ?? selfSigner(asked, keyPair),
    request: issuanceRequest({ ...asked, subject }, keyPair),
  };
}

function parentOf({ parent }: AuthorityRequest): string {
  if (parent !== undefined) return parent;
  const violations = [{ pointer: '/parent', detail: 'is required for an intermediate' }];
  throw new PkiError('request-malformed', 'an intermediate needs a parent', { violations });
}

function selfSigner(
  { name, keyAlgorithm, rsaSignatureScheme }: SettledRequest,
  { privateKey }: KeyPair,
): Signer {
  const scheme = signingSchemeOf(keyAlgorithm, rsaSignatureScheme);
  const sign = (octets: Uint8Array) => signWith(privateKey, scheme, octets);
  return { name, signatureAlgorithm: scheme.identifier, path: [], sign };
}

function issuanceRequest(request: SettledRequest, keyPair: KeyPair): IssuanceRequest {
  const { kind, subject, validity, pathLenConstraint, nameConstraints } = request;
  return {
    profile: kind,
    publicKey: subjectKeyOf(keyPair, request.keyAlgorithm),
    subject,
    names: requestedNames({}),
    validity,
    pathLenConstraint,
    nameConstraints: nameConstraints && writtenNameConstraints(nameConstraints),
    subjectPointer: (attribute) => (attribute ? `/subject/${attribute}` : '/subject'),
  };
}
