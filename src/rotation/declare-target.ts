import type { Actor, AuditAction, AuditEntry } from '../audit/entry.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import type { DestinationStore } from './destination.ts';
import { doOverlap } from './overlap.ts';
import type { Rotation } from './rotation.ts';
import { declaredAnew, NEW_TARGET, NO_REVISION, type TargetRecord } from './rotation-record.ts';
import type { RotationTarget } from './target.ts';

/** What declaring targets needs from outside. */
export interface DeclarationDeps {
  readonly now: () => Date;
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly findTarget: (name: string) => Promise<TargetRecord | undefined>;
  /** @throws {PkiError} `name-taken` */
  readonly addTarget: (record: TargetRecord, entry: AuditEntry) => Promise<void>;
  readonly replaceTarget: (
    record: Pick<TargetRecord, 'target' | 'progress'>,
    entry: AuditEntry,
  ) => Promise<void>;
  readonly removeTarget: (name: string, entries: readonly AuditEntry[]) => Promise<void>;
  /** @throws {PkiError} `authority-unknown` */
  readonly violationsOf: (target: RotationTarget) => Promise<readonly Violation[]>;
  readonly destinations: Pick<DestinationStore, 'remove'>;
  readonly rotation: Pick<Rotation, 'begin' | 'whileIdle'>;
}

/**
 * Declares a new target; its first pass begins at once and does not delay the answer.
 *
 * @throws {PkiError} `name-taken`, `authority-unknown` or `request-refused`
 */
export async function createTarget(
  deps: DeclarationDeps,
  target: RotationTarget,
  actor: Actor,
): Promise<TargetRecord> {
  if (await deps.findTarget(target.name)) {
    throw new PkiError('name-taken', `there is a target "${target.name}" already`);
  }
  await assertAcceptable(deps, target);
  const record = { target, isDeclaredInFile: false, progress: NEW_TARGET, revision: NO_REVISION };
  await deps.addTarget(record, entryOf(deps, actor, { action: 'target.created', target }));
  deps.rotation.begin(target, actor);
  return record;
}

/**
 * Gives a target another declaration; what was written under the old one stays where it is.
 *
 * @throws {PkiError} `target-unknown`, `target-declared-in-file`, `target-declared-in-cluster`,
 *   `authority-unknown`, `name-taken` or `request-refused`
 */
export async function replaceTarget(
  deps: DeclarationDeps,
  target: RotationTarget,
  actor: Actor,
): Promise<TargetRecord> {
  await changeableTarget(deps, target.name);
  return replaceDeclared(deps, target, actor);
}

/**
 * The same for a target that the objects of a cluster declare, on their behalf.
 *
 * @throws {PkiError} as `replaceTarget`, but `target-declared-in-cluster`
 */
export async function replaceDeclared(
  deps: DeclarationDeps,
  target: RotationTarget,
  actor: Actor,
): Promise<TargetRecord> {
  const { progress } = (await deps.findTarget(target.name)) ?? unknownTarget(target.name);
  await assertAcceptable(deps, target);
  const record = { target, progress: declaredAnew(progress) };
  await deps.replaceTarget(record, entryOf(deps, actor, { action: 'target.replaced', target }));
  deps.rotation.begin(target, actor);
  return (await deps.findTarget(target.name)) ?? unknownTarget(target.name);
}

/**
 * Ends the rotation of a target. Its destination stays, or is removed first where the caller says so
 * and it is ours: a destination that cannot be removed keeps its target.
 *
 * @throws {PkiError} `target-unknown`, `target-declared-in-file`, `target-declared-in-cluster` or
 *   `target-unavailable`
 */
export async function deleteTarget(
  deps: DeclarationDeps,
  name: string,
  { actor, removesDestination }: { readonly actor: Actor; readonly removesDestination: boolean },
): Promise<void> {
  await changeableTarget(deps, name);
  await deleteDeclared(deps, name, { actor, removesDestination });
}

/**
 * The same for a target that the objects of a cluster declare, on their behalf.
 *
 * @throws {PkiError} `target-unknown` or `target-unavailable`
 */
export async function deleteDeclared(
  deps: DeclarationDeps,
  name: string,
  { actor, removesDestination }: { readonly actor: Actor; readonly removesDestination: boolean },
): Promise<void> {
  await deps.rotation.whileIdle(name, async () => {
    const { target } = (await deps.findTarget(name)) ?? unknownTarget(name);
    const entries = [entryOf(deps, actor, { action: 'target.deleted', target })];
    if (removesDestination && (await deps.destinations.remove(target.destination, name))) {
      entries.unshift(entryOf(deps, actor, { action: 'destination.removed', target }));
    }
    await deps.removeTarget(name, entries);
  });
}

async function assertAcceptable(deps: DeclarationDeps, target: RotationTarget): Promise<void> {
  const violations = await deps.violationsOf(target);
  if (violations.length > 0) throw refused(violations);
  const others = (await deps.listTargets()).filter((other) => other.target.name !== target.name);
  const rival = others.find((other) => doOverlap(other.target.destination, target.destination));
  if (!rival) return;
  const detail = `target "${rival.target.name}" has this destination, or one that overlaps it`;
  const violation = [{ pointer: '/destination', detail }];
  throw new PkiError('name-taken', detail, { violations: violation });
}

async function changeableTarget(deps: DeclarationDeps, name: string): Promise<TargetRecord> {
  const record = (await deps.findTarget(name)) ?? unknownTarget(name);
  const [object] = record.target.declaredBy?.objects ?? [];
  if (object) {
    const who = `${object.kind} "${object.namespace}/${object.name}"`;
    const words = `target "${name}" is declared by ${who}; change it there`;
    throw new PkiError('target-declared-in-cluster', words);
  }
  if (!record.isDeclaredInFile) return record;
  const detail = `target "${name}" is declared in the settings file; change it there`;
  throw new PkiError('target-declared-in-file', detail);
}

function unknownTarget(name: string): never {
  throw new PkiError('target-unknown', `no target "${name}"`);
}

function entryOf(
  { now }: DeclarationDeps,
  actor: Actor,
  { action, target }: { readonly action: AuditAction; readonly target: RotationTarget },
): AuditEntry {
  return { time: now(), actor, action, details: { target } };
}
