import type { KeyObject } from 'node:crypto';
import type { Actor } from '../audit/entry.ts';
import {
  type Certificate,
  type KeyAlgorithm,
  SUBJECT_ALT_NAME_KINDS,
  type Subject,
  type SubjectAltNames,
} from '../certificate.ts';
import { refused, type Violation } from '../errors.ts';
import {
  type CertificationRequest,
  readCertificationRequest,
} from '../x509/certification-request.ts';
import { areSameSubject } from '../x509/distinguished-name.ts';
import { type KeyPair, type SubjectKey, subjectKeyOf } from '../x509/key.ts';
import { unissuedAttributes } from '../x509/unissued-attributes.ts';
import { CSR, inWordsOfCsr, nameInCsr, subjectInCsr } from './csr-refusal.ts';
import type { IssuanceRequest } from './issuance-request.ts';
import { type IssuanceDeps, issueCertificate } from './issue-certificate.ts';
import type { Issuer } from './issuer.ts';
import { leafSubjectOf, matchedToNames } from './leaf-subject.ts';
import { MAX_NAMES } from './name-checks.ts';
import { namedAt } from './named-authority.ts';
import { defaultKeyAlgorithmOf, type Profile } from './profile.ts';
import { areSameNames, type RequestedNames, requestedNames, valuesOf } from './requested-names.ts';

/** What a caller asks for: names and a key of ours, or a CSR with a key of their own. */
export interface LeafRequest extends Partial<SubjectAltNames> {
  readonly authority: string;
  /** The name of one that is not for authorities. */
  readonly profile: string;
  readonly subject?: Subject | undefined;
  readonly validity?: string | undefined;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** PEM; excludes `keyAlgorithm` and `storePrivateKey`. */
  readonly csr?: string | undefined;
  readonly storePrivateKey?: boolean | undefined;
}

export interface LeafDeps extends IssuanceDeps {
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
  /** @throws {PkiError} `authority-unknown` */
  readonly issuerOf: (authority: string) => Promise<Issuer>;
  readonly newKeyPair: (algorithm: KeyAlgorithm) => Promise<KeyPair>;
  /** Seals a subscriber's key; the serial number is part of what is authenticated. */
  readonly wrapSubscriberKey: (privateKey: KeyObject, serialNumber: string) => Uint8Array;
}

export interface IssuedLeaf {
  readonly certificate: Certificate;
  /** Only where the key was made here. */
  readonly privateKey?: KeyObject;
}

/**
 * Issues a server or client certificate, for a key made here or for the key of a CSR.
 *
 * @throws {PkiError} `authority-unknown`, `authority-cannot-issue`, `request-refused` or
 *   `certificate-request-invalid`
 */
export async function issueLeaf(
  deps: LeafDeps,
  request: LeafRequest,
  actor: Actor,
): Promise<IssuedLeaf> {
  const profile = deps.leafProfileOf(request.profile);
  const { csr } = request;
  return namedAt('/authority', async () => {
    const issuer = await deps.issuerOf(request.authority);
    const terms = { profile, issuer, actor };
    return csr === undefined
      ? issueForNewKey(deps, request, terms)
      : { certificate: await issueByCsr(deps, { ...request, csr }, terms) };
  });
}

interface LeafTerms {
  readonly profile: Profile;
  readonly issuer: Issuer;
  readonly actor: Actor;
}

async function issueByCsr(
  deps: LeafDeps,
  request: LeafRequest & { readonly csr: string },
  { profile, issuer, actor }: LeafTerms,
): Promise<Certificate> {
  const csr = await readCertificationRequest(request.csr);
  const asked = fromCsr(request, csr, profile);
  const order = { signer: issuer, request: asked, actor };
  return inWordsOfCsr({ csr, names: asked.names }, () => issueCertificate(deps, order));
}

async function issueForNewKey(
  deps: LeafDeps,
  request: LeafRequest,
  { profile, issuer, actor }: LeafTerms,
): Promise<IssuedLeaf> {
  const keyAlgorithm = request.keyAlgorithm ?? defaultKeyAlgorithmOf(profile);
  const keyPair = await deps.newKeyPair(keyAlgorithm);
  const { privateKey } = keyPair;
  const wrapPrivateKey = request.storePrivateKey
    ? (serialNumber: string) => deps.wrapSubscriberKey(privateKey, serialNumber)
    : undefined;
  const order = {
    signer: issuer,
    request: requestFromBody(request, profile, subjectKeyOf(keyPair, keyAlgorithm)),
    actor,
  };
  return { certificate: await issueCertificate(deps, order, { wrapPrivateKey }), privateKey };
}

/** What to issue for a key that is made here. */
export function requestFromBody(
  request: Omit<LeafRequest, 'csr'>,
  profile: Profile,
  publicKey: SubjectKey,
): IssuanceRequest {
  const names = requestedNames(request);
  return {
    profile: request.profile,
    publicKey,
    subject: leafSubjectOf(profile, request.subject, names),
    names,
    validity: request.validity,
    subjectPointer: pointerIntoSubject,
  };
}

/** Names and subject of a CSR are wishes like any other; what the body says as well must agree. */
function fromCsr(
  request: LeafRequest,
  csr: CertificationRequest,
  profile: Profile,
): IssuanceRequest {
  if (countOf(csr.names) > MAX_NAMES) {
    throw refused([{ pointer: CSR, detail: `asks for more than ${MAX_NAMES} names` }]);
  }
  const inCsr = requestedNames(csr.names, nameInCsr);
  const inBody = requestedNames(request);
  const disagreements = disagreementsOf(request, csr, { inBody, inCsr, profile });
  if (disagreements.length > 0) throw refused(disagreements);
  const names = isEmpty(csr.names) ? inBody : inCsr;
  const { known } = csr.subject;
  const isSubjectInCsr = Object.keys(known).length > 0;
  const added = missingIn(known, profile.subject.defaults);
  return {
    profile: request.profile,
    publicKey: csr.publicKey,
    subject: isSubjectInCsr
      ? matchedToNames(profile, { ...known, ...added }, names)
      : leafSubjectOf(profile, request.subject, names),
    // What the profile adds to has the order of every other subject.
    isSubjectInOrder: isSubjectInCsr && Object.keys(added).length === 0,
    names,
    validity: request.validity,
    subjectPointer: isSubjectInCsr ? subjectInCsr : pointerIntoSubject,
    keyPointer: CSR,
    requestedExtensions: csr.requested,
  };
}

function disagreementsOf(
  request: LeafRequest,
  csr: CertificationRequest,
  terms: {
    readonly inBody: RequestedNames;
    readonly inCsr: RequestedNames;
    readonly profile: Profile;
  },
): readonly Violation[] {
  const { names, subject } = csr;
  const unknown = [
    ...names.otherKinds.map((kind) => `asks for "${kind}", which is not issued here`),
    ...unissuedAttributes(subject),
    ...(subject.hasJointAttributes ? ['names several attributes in one RDN'] : []),
  ].map((detail) => ({ pointer: CSR, detail }));
  const [inBody, inCsr] = [valuesOf(terms.inBody), valuesOf(terms.inCsr)];
  const kinds = isEmpty(inCsr) ? [] : SUBJECT_ALT_NAME_KINDS;
  const disagreeing = kinds.filter(
    (kind) =>
      request[kind] !== undefined && !areSameNames({ ...inCsr, [kind]: inBody[kind] }, inCsr),
  );
  const isSubjectInCsr = Object.keys(subject.known).length > 0;
  const granted = isEmpty(inCsr) ? terms.inBody : terms.inCsr;
  const written = (wished: Subject) => matchedToNames(terms.profile, wished, granted);
  const isSubjectAgreed =
    !isSubjectInCsr ||
    !request.subject ||
    areSameSubject(written(request.subject), written(subject.known));
  return [
    ...unknown,
    ...disagreeing.map((kind) => ({ pointer: `/${kind}`, detail: 'the CSR names others' })),
    ...(isSubjectAgreed ? [] : [{ pointer: '/subject', detail: 'the CSR has another subject' }]),
  ];
}

/** The attributes that `defaults` have and `subject` lacks. */
function missingIn(subject: Subject, defaults: Subject): Subject {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !(name in subject)));
}

function isEmpty(names: SubjectAltNames): boolean {
  return countOf(names) === 0;
}

function countOf(names: SubjectAltNames): number {
  return SUBJECT_ALT_NAME_KINDS.reduce((sum, kind) => sum + names[kind].length, 0);
}

function pointerIntoSubject(attribute?: keyof Subject): string {
  return attribute === undefined ? '/subject' : `/subject/${attribute}`;
}
