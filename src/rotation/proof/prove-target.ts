import type { Actor, AuditAction, AuditEntry } from '../../audit/entry.ts';
import { PkiError } from '../../errors.ts';
import { decodeCertificate } from '../../x509/decode-certificate.ts';
import { decodePem } from '../../x509/pem.ts';
import type { DestinationStore } from '../destination.ts';
import type { RotationItem, TargetRecord } from '../rotation-record.ts';
import { placesIn, placeWords, type ServedPlace } from '../served-place.ts';
import type { RotationTarget } from '../target.ts';
import { serverNamesFor } from './server-names.ts';
import { isFollowed, type NextStep, nextStep, type ServingProof } from './serving-proof.ts';
import { judgePlace, type PlaceFound, type Sighting } from './sighting.ts';

/** What a proof leads to, for the log. */
export interface ProofReport {
  readonly target: string;
  readonly event: 'proven' | 'stale' | 'unreachable' | 'touched' | 'rolledBack';
  readonly proof: ServingProof;
  /** Why a touch or a roll-back did not succeed. */
  readonly cause?: unknown;
}

/** What a proof needs from outside. */
export interface ProofDeps {
  readonly now: () => Date;
  readonly findTarget: (name: string) => Promise<TargetRecord | undefined>;
  readonly destinations: Pick<DestinationStore, 'read' | 'touch'>;
  /**
   * One handshake with each server of a place for each of the names; where a server cannot be reached, one for all.
   *
   * @throws {PkiError} where the servers cannot be found out
   */
  readonly sightingsAt: (
    place: ServedPlace,
    serverNames: readonly (string | undefined)[],
    signal: AbortSignal,
  ) => Promise<readonly Sighting[]>;
  /** Keeps a proof together with its audit entries; a target deleted since is passed over. */
  readonly recordProof: (
    target: string,
    proof: ServingProof,
    auditEntries: readonly AuditEntry[],
  ) => Promise<void>;
  readonly report: (report: ProofReport) => void;
  /**
   * Puts the certificate before back in place; an item with an `error` tells that it could not.
   *
   * @throws {PkiError} where there is none, or the target is gone
   */
  readonly rollBack: (
    target: string,
    actor: Actor,
    from: Pick<ServingProof, 'serialNumber'>,
  ) => Promise<readonly RotationItem[]>;
}

/** What a destination holds, as we have written it. */
interface Written {
  readonly chain: readonly Uint8Array[];
  readonly serialNumber: string;
  readonly revision: number;
  readonly version: string;
}

const ACTOR: Actor = { name: 'serving-proof' };
/** A destination that does not answer is asked again so soon, while a write is followed. */
const DESTINATION_RETRY_MS = 5_000;

/**
 * Looks once whether what a target's destination holds is what its places serve, keeps what was found, and touches the
 * destination or asks for a roll-back where it is time to. It holds no lock: rotation goes on meanwhile, and
 * what was changed during the look is looked at anew.
 *
 * The answer is in how many milliseconds to look again; nothing where the next pass is soon enough.
 */
export async function proveTarget(
  deps: ProofDeps,
  name: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const record = await deps.findTarget(name);
  const places = placesIn(record?.target.served);
  if (record === undefined || places.length === 0) return undefined;

  // 1. What should be served.
  const written = await writtenAt(deps, record.target).catch(unavailable);
  if (written === 'unavailable') {
    return record.proof && isFollowed(record.proof) ? DESTINATION_RETRY_MS : undefined;
  }
  if (written === undefined) return undefined;

  // 2. What is.
  const found = await Promise.all(
    places.map((place) => lookAt(deps, { place, target: record.target, written }, signal)),
  );
  signal.throwIfAborted();

  // 3. What follows, unless that was about another revision than is there by now.
  const { serialNumber, revision } = written;
  const look = { time: deps.now(), serialNumber, revision, places: found };
  const step = nextStep(record.proof, look, record.target);
  if (hasDeeds(step) && !(await isStill(deps, record.target, written))) return 0;
  await act(deps, record.target, { step, written });
  return step.lookAgainMs;
}

/** `undefined` where it holds nothing, or not what this target has written: the next pass sees to that. */
async function writtenAt(
  { destinations }: ProofDeps,
  { name, destination }: RotationTarget,
): Promise<Written | undefined> {
  const found = await destinations.read(destination);
  if (found.kind !== 'present' || !found.isAsWritten) return undefined;
  if (found.writer?.target !== name || !found.writer.isThisService) return undefined;
  const chain = decodePem(found.files['tls.crt'] ?? '').map(({ der }) => der);
  const [leaf] = chain;
  if (leaf === undefined) return undefined;
  const { serialNumber } = decodeCertificate(leaf);
  return { chain, serialNumber, revision: found.revision, version: found.version };
}

async function isStill(
  deps: ProofDeps,
  target: RotationTarget,
  written: Written,
): Promise<boolean> {
  const latest = await writtenAt(deps, target).catch(unavailable);
  if (latest === 'unavailable' || latest === undefined) return false;
  return latest.revision === written.revision && latest.serialNumber === written.serialNumber;
}

function unavailable(error: unknown): 'unavailable' {
  if (error instanceof PkiError) return 'unavailable';
  throw error;
}

async function lookAt(
  { sightingsAt }: ProofDeps,
  of: { readonly place: ServedPlace; readonly target: RotationTarget; readonly written: Written },
  signal: AbortSignal,
): Promise<PlaceFound & { readonly place: string }> {
  const { place, target, written } = of;
  const words = placeWords(place);
  try {
    const sightings = await sightingsAt(place, serverNamesFor(place, target), signal);
    return { place: words, ...judgePlace(sightings, written.chain) };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { place: words, state: 'unreachable', error: error.message };
  }
}

function hasDeeds({ deeds }: NextStep): boolean {
  return deeds.touch || deeds.rollBack || (deeds.report ?? 'proven') !== 'proven';
}

/** The record comes before the roll-back, so that a crash between the two never makes it happen twice. */
async function act(
  deps: ProofDeps,
  target: RotationTarget,
  { step, written }: { readonly step: NextStep; readonly written: Written },
): Promise<void> {
  const { proof, deeds } = step;
  const about = { target: target.name, proof };
  const isTouched = deeds.touch && (await touch(deps, target, { proof, written }));
  const actions: readonly (AuditAction | false)[] = [
    isTouched && 'destination.touched',
    deeds.report === 'proven' && 'target.proven',
    deeds.report === 'stale' && 'target.stale',
  ];
  const entries = actions.filter((action) => action !== false);
  await deps.recordProof(
    target.name,
    proof,
    entries.map((action) => entryOf(target, action, proof)),
  );
  if (deeds.report !== undefined) deps.report({ ...about, event: deeds.report });
  if (!deeds.rollBack) return;
  try {
    const [item] = await deps.rollBack(target.name, ACTOR, { serialNumber: proof.serialNumber });
    const failure = item?.error === undefined ? {} : { cause: item.error };
    deps.report({ ...about, event: 'rolledBack', ...failure });
  } catch (cause) {
    deps.report({ ...about, event: 'rolledBack', cause });
  }
}

async function touch(
  deps: ProofDeps,
  target: RotationTarget,
  { proof, written }: { readonly proof: ServingProof; readonly written: Written },
): Promise<boolean> {
  const about = { target: target.name, event: 'touched', proof } as const;
  try {
    const { version } = written;
    const isTouched =
      (await deps.destinations.touch?.(target.destination, { version, time: proof.at })) ?? false;
    if (isTouched) deps.report(about);
    return isTouched;
  } catch (cause) {
    deps.report({ ...about, cause });
    return false;
  }
}

function entryOf(target: RotationTarget, action: AuditAction, proof: ServingProof): AuditEntry {
  const { serialNumber, at } = proof;
  const { name, destination } = target;
  const faults = faultsIn(proof);
  const details = {
    target: name,
    destination,
    serialNumber,
    ...(faults.length > 0 ? { faults } : {}),
  };
  return { time: at, actor: ACTOR, action, details };
}

function faultsIn({ places }: ServingProof): readonly string[] {
  return places.flatMap(({ place, error }) => (error === undefined ? [] : [`${place}: ${error}`]));
}
