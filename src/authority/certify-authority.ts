import type { Actor } from '../audit/entry.ts';
import { chainInvalid } from '../bundle/chain-violations.ts';
import { type ForeignCertificate, parseCertificates } from '../bundle/foreign-certificate.ts';
import type { Warning } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { readRequest } from '../x509/decode-request.ts';
import { readDer } from '../x509/der-reader.ts';
import { subjectPublicKeyInfoOf } from '../x509/key.ts';
import {
  type Authority,
  isCertified,
  type PendingAuthority,
  type RecordedAuthority,
} from './authority.ts';
import { certificateKeyFault } from './foreign-keys.ts';
import { incomingAuthorities } from './incoming-authorities.ts';
import { type IncomingPath, incomingPath, type KnownHere } from './incoming-path.ts';
import { intakeEntry } from './intake.ts';
import { namesAbove } from './names-above.ts';
import { assertFreshSerialNumbers, type FindCertificates } from './serial-numbers.ts';
import { type Draft, type TakeInDeps, takeIn } from './take-in.ts';

/** The certificate of a pending authority. */
export interface Certification {
  /** PEM: its own certificate and those above it, in any order. */
  readonly certificate: string;
  /** For the authorities above it that are new here, from below upwards. */
  readonly namesAbove?: readonly string[] | undefined;
}

export interface CertifyAuthorityDeps extends TakeInDeps, Pick<KnownHere, 'pathOf'> {
  readonly now: () => Date;
  readonly findCertificates: FindCertificates;
}

const POINTER = '/certificate';

/**
 * Gives a pending authority the certificate that an authority outside has made for its request; those above
 * that are not known here are recorded along with it, without keys. The very same certificate once more
 * changes nothing.
 *
 * @throws {PkiError} `authority-unknown`, `authority-certified`, `request-malformed`, `chain-invalid`,
 *   `request-refused` or `name-taken`
 */
export async function certifyAuthority(
  deps: CertifyAuthorityDeps,
  order: { readonly name: string; readonly certification: Certification },
  actor: Actor,
): Promise<Authority> {
  return takeIn(deps, (authorities) => drawn(deps, { ...order, actor, authorities }));
}

interface Incoming {
  readonly name: string;
  readonly certification: Certification;
  readonly actor: Actor;
  readonly authorities: readonly RecordedAuthority[];
}

async function drawn(
  deps: CertifyAuthorityDeps,
  { name, certification, actor, authorities }: Incoming,
): Promise<Draft> {
  const authority = authorities.find((other) => other.name === name);
  if (!authority) throw new PkiError('authority-unknown', 'no authority has this name');
  const terms = { pointer: POINTER, keyFault: certificateKeyFault };
  const certificates = parseCertificates(certification.certificate, terms);
  if (isCertified(authority)) {
    const isSame = certificates.some(({ x509 }) => x509.raw.equals(authority.certificate.der));
    if (isSame) return { authority };
    throw new PkiError('authority-certified', `authority "${name}" has its certificate already`);
  }
  const own = ownAmong(certificates, authority);
  const known = { authorities, pathOf: deps.pathOf, now: deps.now() };
  const path = await incomingPath({ certificates, pointer: POINTER, own }, known);
  const taken = new Set(authorities.map((other) => other.name));
  const asked = certification.namesAbove ?? [];
  const sentAbove = certificates.length - 1;
  const names = namesAbove(path.certificates.slice(1), { asked, taken, sentAbove });
  const [made, ...above] = incomingAuthorities(path, [name, ...names], known.now);
  const certified = certifiedOf(authority, made, path);
  const added = above.toReversed();
  await assertFreshSerialNumbers([...added, certified], { ...deps, pointer: POINTER });
  const occasion = { time: known.now, actor };
  const auditEntries = [
    ...added.map((one) => intakeEntry('authority.imported', one, occasion)),
    intakeEntry('authority.certified', certified, occasion),
  ];
  return { authority: certified, intake: { added, certified, auditEntries } };
}

/** RFC 2986 §3: the certificate for a request is one for its key; what else it says is its issuer's affair. */
function ownAmong(
  certificates: readonly ForeignCertificate[],
  { certificationRequest }: PendingAuthority,
): ForeignCertificate {
  const { subjectPublicKeyInfo } = readDer(certificationRequest, readRequest);
  const found = certificates.filter(({ publicKey }) =>
    subjectPublicKeyInfoOf(publicKey).equals(subjectPublicKeyInfo),
  );
  const [own, ...others] = found;
  if (own && others.length === 0) return own;
  const labels = found.map(({ label }) => label).join(' and ');
  const detail = own
    ? `${labels} are all for the key of this authority; send one of them`
    : 'none of the certificates is for the key of this authority’s request';
  throw chainInvalid([{ pointer: POINTER, detail }]);
}

function certifiedOf(
  pending: PendingAuthority,
  made: Authority,
  { certificates: [{ decoded }] }: IncomingPath,
): Authority {
  const { name, keyAlgorithm, rsaSignatureScheme, wrappedPrivateKey } = pending;
  const requested = readDer(pending.certificationRequest, readRequest).subjectName;
  const isAsAsked = Buffer.compare(requested, decoded.subjectName) === 0;
  const changed: Warning = {
    code: 'subject-changed',
    detail: 'the certificate has another subject than the one that was asked for',
  };
  const warnings = [...made.certificate.warnings, ...(isAsAsked ? [] : [changed])];
  return {
    ...made,
    ...{ name, keyAlgorithm, rsaSignatureScheme, wrappedPrivateKey },
    certificate: { ...made.certificate, warnings },
  };
}
