import type { Actor, AuditAction, AuditEntry } from '../audit/entry.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import type { Profile } from '../issuance/profile.ts';
import type { DestinationStore } from './destination.ts';
import type { Rotation } from './rotation.ts';
import { declaredAnew, NEW_TARGET, NO_REVISION, type TargetRecord } from './rotation-record.ts';
import { TakenDestinations } from './taken-destinations.ts';
import type { RotationTarget } from './target.ts';
import { declaredTarget, type TargetDeclaration } from './target-declaration.ts';

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
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
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
  declaration: TargetDeclaration,
  actor: Actor,
): Promise<TargetRecord> {
  const { name } = declaration;
  if (await deps.findTarget(name)) {
    throw new PkiError('name-taken', `there is a target "${name}" already`);
  }
  const target = declaredTarget(deps, declaration);
  return addNew(deps, { target, actor, taken: await takenIn(deps) });
}

/**
 * Gives a target another declaration; what was written under the old one stays where it is.
 *
 * @throws {PkiError} `target-unknown`, `target-declared-in-file`, `target-declared-in-cluster`,
 *   `authority-unknown`, `name-taken` or `request-refused`
 */
export async function replaceTarget(
  deps: DeclarationDeps,
  declaration: TargetDeclaration,
  actor: Actor,
): Promise<TargetRecord> {
  const { name } = declaration;
  const before = await changeableTarget(deps, name);
  const target = declaredTarget(deps, declaration);
  await declareAnew(deps, { target, actor, taken: await takenIn(deps) }, before);
  return (await deps.findTarget(name)) ?? unknownTarget(name);
}

/**
 * Declares targets on behalf of the objects of a cluster, new or anew, with one look at all that there are. Tells of
 * each what it was refused for: it keeps no other from being declared.
 */
export async function declareAll(
  deps: DeclarationDeps,
  targets: readonly RotationTarget[],
  actor: Actor,
): Promise<readonly (PkiError | undefined)[]> {
  const taken = await takenIn(deps);
  const refusals: (PkiError | undefined)[] = [];
  for (const target of targets) {
    refusals.push(await refusalOf(declareForObjects(deps, { target, actor, taken })));
  }
  return refusals;
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

/** What somebody declares, among the destinations that others have. */
interface Declaration {
  readonly target: RotationTarget;
  readonly actor: Actor;
  readonly taken: TakenDestinations;
}

async function takenIn({ listTargets }: DeclarationDeps): Promise<TakenDestinations> {
  return new TakenDestinations((await listTargets()).map(({ target }) => target));
}

async function declareForObjects(deps: DeclarationDeps, declaration: Declaration): Promise<void> {
  const { name } = declaration.target;
  const before = await deps.findTarget(name);
  if (before && !before.target.declaredBy) {
    throw new PkiError('name-taken', `target "${name}" is declared otherwise`);
  }
  await (before ? declareAnew(deps, declaration, before) : addNew(deps, declaration));
}

async function addNew(deps: DeclarationDeps, declaration: Declaration): Promise<TargetRecord> {
  const { target, actor } = declaration;
  await assertAcceptable(deps, declaration);
  const record = { target, isDeclaredInFile: false, progress: NEW_TARGET, revision: NO_REVISION };
  await deps.addTarget(record, entryOf(deps, actor, { action: 'target.created', target }));
  begin(deps, declaration);
  return record;
}

async function declareAnew(
  deps: DeclarationDeps,
  declaration: Declaration,
  before: TargetRecord,
): Promise<void> {
  const { target, actor } = declaration;
  await assertAcceptable(deps, declaration);
  const record = { target, progress: declaredAnew(before.progress) };
  await deps.replaceTarget(record, entryOf(deps, actor, { action: 'target.replaced', target }));
  begin(deps, declaration);
}

function begin({ rotation }: DeclarationDeps, { target, actor, taken }: Declaration): void {
  taken.add(target);
  rotation.begin(target, actor);
}

async function refusalOf(work: Promise<void>): Promise<PkiError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
}

async function assertAcceptable(
  deps: DeclarationDeps,
  { target, taken }: Declaration,
): Promise<void> {
  const violations = await deps.violationsOf(target);
  if (violations.length > 0) throw refused(violations);
  const rival = taken.rivalOf(target);
  if (!rival) return;
  const detail = `target "${rival.name}" has this destination, or one that overlaps it`;
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
