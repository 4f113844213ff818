import { isDeepStrictEqual } from 'node:util';
import type { Actor, AuditAction, AuditEntry } from '../audit/entry.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import type { Profile } from '../issuance/profile.ts';
import { declaredAnew, NEW_TARGET, NO_REVISION, type TargetRecord } from './rotation-record.ts';
import { TakenDestinations } from './taken-destinations.ts';
import type { RotationTarget } from './target.ts';
import { declaredTarget, type TargetDeclaration } from './target-declaration.ts';

export interface FollowFileDeps {
  readonly now: () => Date;
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
  /** What would keep any of them from ever being rotated, pointing from their list on. */
  readonly lastingViolationsOf: (
    targets: readonly RotationTarget[],
  ) => Promise<readonly Violation[]>;
  /** Makes all of the changes durable, or none. */
  readonly followFile: (changes: {
    readonly records: readonly TargetRecord[];
    readonly dropped: readonly string[];
    readonly auditEntries: readonly AuditEntry[];
  }) => Promise<void>;
}

const STARTUP: Actor = { name: 'startup' };

/**
 * Makes the targets that the settings file declares what the file says now. One that the file no
 * longer names is forgotten and leaves its destination; one that somebody declared by the HTTP API
 * under the same name belongs to the file from now on.
 *
 * @throws {PkiError} `request-refused`, pointing from the list on, where one could never be rotated; `name-taken` where one
 *   overlaps the destination of another that is not in the file
 */
export async function followFile(
  deps: FollowFileDeps,
  declarations: readonly TargetDeclaration[],
): Promise<void> {
  const targets = declarations.map((declaration) => declaredTarget(deps, declaration));
  const violations = await deps.lastingViolationsOf(targets);
  if (violations.length > 0) throw refused(violations);
  const known = new Map((await deps.listTargets()).map((record) => [record.target.name, record]));
  assertNoOverlap(targets, [...known.values()]);
  const entry = (action: AuditAction, target: RotationTarget): AuditEntry => {
    return { time: deps.now(), actor: STARTUP, action, details: { target, declaredInFile: true } };
  };
  const changed = targets.filter((target) => !isUnchanged(target, known.get(target.name)));
  const names = new Set(targets.map(({ name }) => name));
  const dropped = [...known.values()].filter(
    ({ target, isDeclaredInFile }) => isDeclaredInFile && !names.has(target.name),
  );
  await deps.followFile({
    records: changed.map((target) => ({
      target,
      isDeclaredInFile: true,
      progress: declaredAnew(known.get(target.name)?.progress ?? NEW_TARGET),
      revision: known.get(target.name)?.revision ?? NO_REVISION,
    })),
    dropped: dropped.map(({ target }) => target.name),
    auditEntries: [
      ...dropped.map(({ target }) => entry('target.deleted', target)),
      ...changed.map((target) =>
        entry(known.has(target.name) ? 'target.replaced' : 'target.created', target),
      ),
    ],
  });
}

function assertNoOverlap(targets: readonly RotationTarget[], known: readonly TargetRecord[]): void {
  const names = new Set(targets.map(({ name }) => name));
  const others = known.filter(
    ({ target, isDeclaredInFile }) => !isDeclaredInFile && !names.has(target.name),
  );
  const taken = new TakenDestinations(others.map(({ target }) => target));
  for (const [index, target] of targets.entries()) {
    const rival = taken.rivalOf(target);
    if (!rival) continue;
    const detail = `target "${target.name}" overlaps the destination of target "${rival.name}", which is not in the file`;
    const violations = [{ pointer: `/${index}/destination`, detail }];
    throw new PkiError('name-taken', detail, { violations });
  }
}

function isUnchanged(target: RotationTarget, record: TargetRecord | undefined): boolean {
  return record?.isDeclaredInFile === true && isDeepStrictEqual(target, record.target);
}
