import type { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import { type Certificate, SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import type { LeafRequest } from '../issuance/issue-leaf.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { encodePrivateKey } from '../x509/pem.ts';
import { assertAccepted, assertBegunThere } from './delivery.ts';
import type {
  DestinationFiles,
  DestinationState,
  DestinationStore,
  DestinationWrite,
} from './destination.ts';
import { filesOf } from './expectation.ts';
import { type Expectation, reasonsToRotate } from './reasons.ts';
import type { KeptCertificate, NewRevision } from './revision.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { HeldCertificate, RevisionMark } from './rotation-record.ts';
import type { RotationTarget } from './target.ts';

export interface ReplaceDeps {
  readonly now: () => Date;
  /** Issues, and records the revision with the sealed key in the same transaction. */
  readonly issue: (
    request: LeafRequest,
    revision: NewRevision,
  ) => Promise<{ readonly certificate: Certificate; readonly privateKey?: KeyObject }>;
  /** The certificate of a revision, where its key is still kept. */
  readonly keptCertificate: (
    target: string,
    revision: number,
  ) => Promise<KeptCertificate | undefined>;
  /** Records the revision by which a certificate that is there already is put back. */
  readonly addRevision: (
    revision: NewRevision,
    certificate: Pick<KeptCertificate, 'serialNumber' | 'authority'>,
  ) => Promise<void>;
  readonly destinations: Pick<DestinationStore, 'announce' | 'read' | 'write' | 'clockOffset'>;
}

/** A destination that may be written. */
export type WritableState = Exclude<DestinationState, { kind: 'foreign' }>;

/** What a pass has found out before it replaces anything. */
export interface Replacement {
  readonly expected: Expectation;
  readonly judged: WritableState;
  readonly reasons: readonly RotationReason[];
  readonly revision: RevisionMark;
  readonly held?: HeldCertificate | undefined;
  readonly actor: Actor;
  /** Whether there must be a new key, whatever is kept. */
  readonly isRequested: boolean;
}

/** What lies at the destination now. */
export interface Replaced {
  readonly files: DestinationFiles;
  readonly certificate: DecodedCertificate;
  readonly revision: number;
  /** Whether the certificate is one that was issued before. */
  readonly isPutBack: boolean;
}

/** Others may touch a Secret between our look and our write; most of what they change is not ours. */
const WRITE_ATTEMPTS = 3;

/**
 * Puts the certificate that ought to be there in its place: the one of the last revision where that is still good, or a
 * new one. Files are checked as their consumer will check them, and written in one go; `undefined` where what was judged
 * is not there any more.
 *
 * The revision is durable before its files are written, so that a pass that is cut off is completed by the next with
 * the same certificate.
 *
 * @throws {PkiError} what issuing, the preflight and the destination throw; the old files are still there then
 */
export async function replaceFiles(
  deps: ReplaceDeps,
  replacement: Replacement,
): Promise<Replaced | undefined> {
  const { expected, judged } = replacement;
  const { prepared, held } = await preparedFor(deps, replacement);
  const clockOffset = deps.destinations.clockOffset?.(expected.target.destination);
  const terms = { expected, found: judged, held, now: deps.now(), clockOffset };
  assertAccepted(prepared.files, terms);
  const { certificate, revision, files } = prepared;
  const { serialNumber, notAfter } = certificate;
  const write = { targetName: expected.target.name, revision, serialNumber, notAfter, files };
  const isWritten = await writeOver(deps, expected.target, { judged, write });
  return isWritten ? prepared : undefined;
}

/** What cannot be replaced is put back although it is due, where its place holds nothing that could be used. */
async function preparedFor(deps: ReplaceDeps, replacement: Replacement) {
  const { held, revision, reasons, expected } = replacement;
  try {
    const prepared = (await putBack(deps, replacement)) ?? (await freshlyIssued(deps, replacement));
    return { prepared, held };
  } catch (error) {
    const isLost = reasons.some((reason) => !['due', 'requested', 'unfinished'].includes(reason));
    const kept = isLost && (await deps.keptCertificate(expected.target.name, revision.number));
    if (!kept) throw error;
    const { notAfter: until } = decodeCertificate(kept.der);
    const heldOn = { serialNumber: kept.serialNumber, until };
    const prepared = await putBack(deps, { ...replacement, held: heldOn, isRequested: false });
    if (!prepared) throw error;
    return { prepared, held: heldOn };
  }
}

/** The certificate of the last revision, where that is as it ought to be; `undefined` where a new one is needed. */
async function putBack(deps: ReplaceDeps, replacement: Replacement): Promise<Replaced | undefined> {
  const { expected, isRequested, revision, held } = replacement;
  if (isRequested || revision.number === 0 || isInPlace(replacement)) return undefined;
  const kept = await deps.keptCertificate(expected.target.name, revision.number);
  if (!kept) return undefined;
  const files = filesOf(kept, expected);
  const { reasons, certificate } = reasonsToRotate(files, expected, deps.now());
  if (!certificate || unheld(reasons, certificate, held, deps.now()).length > 0) return undefined;
  return {
    files,
    certificate,
    isPutBack: true,
    revision: await numberFor(deps, replacement, kept),
  };
}

/** What no new chain or client authority around a certificate mends. */
const OF_THE_LEAF: readonly RotationReason[] = ['expired', 'wrongNames', 'wrongUsage'];

/** Whether what was found wanting is the last revision's certificate itself, which to put back would change nothing. */
function isInPlace({ expected, judged, reasons, revision }: Replacement): boolean {
  return (
    judged.kind === 'present' &&
    judged.isAsWritten &&
    judged.writer?.isThisService === true &&
    judged.writer.target === expected.target.name &&
    judged.revision === revision.number &&
    (reasons.some((reason) => OF_THE_LEAF.includes(reason)) ||
      reasons.every((reason) => reason === 'due'))
  );
}

/** An unfinished revision is completed; what was written before is written anew under a number of its own. */
async function numberFor(
  deps: ReplaceDeps,
  replacement: Replacement,
  kept: KeptCertificate,
): Promise<number> {
  if (!replacement.revision.isWritten) return replacement.revision.number;
  const revision = nextRevision(replacement);
  await deps.addRevision(revision, kept);
  return revision.number;
}

async function freshlyIssued(deps: ReplaceDeps, replacement: Replacement): Promise<Replaced> {
  const { expected, judged } = replacement;
  const clockOffset = deps.destinations.clockOffset?.(expected.target.destination);
  assertBegunThere({ expected, found: judged, now: deps.now(), clockOffset });
  const revision = nextRevision(replacement);
  const issued = await deps.issue(leafRequestOf(expected.target), revision);
  const privateKeyPem = issued.privateKey ? encodePrivateKey(issued.privateKey) : '';
  const files = filesOf({ der: issued.certificate.der, privateKeyPem }, expected);
  const { reasons, certificate } = reasonsToRotate(files, expected, deps.now());
  if (reasons.length > 0 || !certificate) {
    throw new PkiError('request-refused', `a fresh certificate would be ${reasons.join(', ')}`);
  }
  return { files, certificate, isPutBack: false, revision: revision.number };
}

/** Higher than any number that the records or the destination know. */
export function nextRevision({
  expected,
  judged,
  reasons,
  revision,
  actor,
}: Pick<Replacement, 'expected' | 'judged' | 'reasons' | 'revision' | 'actor'>): NewRevision {
  const inPlace = judged.kind === 'present' ? judged.revision : 0;
  const number = Math.max(revision.number, inPlace) + 1;
  return { target: expected.target.name, number, reasons, actor };
}

/** `reasons` without that which does not count yet for a certificate that somebody has put back. */
export function unheld(
  reasons: readonly RotationReason[],
  { serialNumber }: DecodedCertificate,
  held: HeldCertificate | undefined,
  now: Date,
): readonly RotationReason[] {
  const isHeld = held?.serialNumber === serialNumber && now < held.until;
  return isHeld ? reasons.filter((reason) => reason !== 'due') : reasons;
}

/** Writes on the latest version of a destination, as long as it holds what was judged. */
export async function writeOver(
  { destinations }: Pick<ReplaceDeps, 'destinations'>,
  { destination }: RotationTarget,
  work: { readonly judged: WritableState; readonly write: Omit<DestinationWrite, 'found'> },
): Promise<boolean> {
  const { judged, write } = work;
  let found = await destinations.read(destination);
  for (let attempt = 1; isStill(judged, found); attempt += 1) {
    try {
      await destinations.write(destination, { ...write, found });
      return true;
    } catch (error) {
      const latest = await destinations.read(destination);
      if (holds(latest, write)) return true;
      if (attempt === WRITE_ATTEMPTS || isDeepStrictEqual(latest, found)) throw error;
      found = latest;
    }
  }
  return false;
}

/** Whether a write of which no answer came was made all the same. */
function holds(
  found: DestinationState,
  { targetName, revision, files }: Omit<DestinationWrite, 'found'>,
) {
  return (
    found.kind === 'present' &&
    found.isAsWritten &&
    found.revision === revision &&
    found.writer?.target === targetName &&
    isDeepStrictEqual({ ...found.files }, { ...files })
  );
}

/** Whether a destination is, but for its version, what was judged. */
function isStill(judged: WritableState, found: DestinationState): found is WritableState {
  return isDeepStrictEqual({ ...judged, version: '' }, { ...found, version: '' });
}

function leafRequestOf(target: RotationTarget): LeafRequest {
  const { authority, profile, subject, keyAlgorithm, validity } = target;
  const names = Object.fromEntries(SUBJECT_ALT_NAME_KINDS.map((kind) => [kind, target[kind]]));
  return { authority, profile, subject, keyAlgorithm, validity, ...names };
}
