import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import type { TargetRecord } from '../rotation/rotation-record.ts';
import type { DeclaringObject, RotationTarget } from '../rotation/target.ts';
import type { Declarations, DeclaredTarget } from './declarations.ts';
import type { Finding } from './finding.ts';
import { wordsFor } from './gateway.ts';

export interface FollowDeclarationsDeps {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly createTarget: (target: RotationTarget, actor: Actor) => Promise<unknown>;
  /** For targets that objects declare, which nobody else may change. */
  readonly replaceDeclared: (target: RotationTarget, actor: Actor) => Promise<unknown>;
  readonly deleteDeclared: (
    name: string,
    options: { readonly actor: Actor; readonly removesDestination: boolean },
  ) => Promise<void>;
  /** Whether it is known for certain which objects there are of this one's kind and namespace. */
  readonly isKnown: (object: DeclaringObject) => boolean;
  readonly isThere: (object: DeclaringObject) => boolean;
}

const DISCOVERY: Actor = { name: 'discovery' };

/**
 * Makes the targets of the cluster's objects what those say now, and tells what could not be done. A target whose
 * objects are gone, or ask for it no more, is forgotten and leaves its Secret; only one that is gone takes it away,
 * where it has said so. While it is not known what there is, or where, nothing is taken away.
 */
export async function followDeclarations(
  deps: FollowDeclarationsDeps,
  declarations: Declarations,
): Promise<readonly Finding[]> {
  const records = await deps.listTargets();
  const known = new Map(records.map(({ target }) => [target.name, target]));
  const wanted = new Set(declarations.targets.map(({ name }) => name));
  const findings: Finding[] = [];
  for (const target of known.values()) {
    if (wanted.has(target.name) || !isOver(deps, target, declarations)) continue;
    findings.push(...(await attempt(target, () => forget(deps, target))));
  }
  for (const target of declarations.targets) {
    const before = known.get(target.name);
    if (isDeepStrictEqual(before, target)) continue;
    findings.push(...(await attempt(target, () => declare(deps, target, before))));
  }
  return findings;
}

function isOver(
  { isKnown }: FollowDeclarationsDeps,
  { declaredBy, destination }: RotationTarget,
  { unplaced }: Declarations,
): boolean {
  if (!declaredBy || destination.type !== 'kubernetesSecret') return false;
  if (!declaredBy.objects.every(isKnown)) return false;
  const isWaiting = unplaced.some(
    ({ object, secret }) =>
      secret === destination.name && declaredBy.objects.some((one) => isSame(one, object)),
  );
  return !isWaiting;
}

async function forget(
  { deleteDeclared, isThere }: FollowDeclarationsDeps,
  { name, declaredBy }: RotationTarget,
): Promise<void> {
  const isGone = declaredBy?.objects.every((object) => !isThere(object)) === true;
  const removesDestination = isGone && declaredBy.removesSecret;
  await deleteDeclared(name, { actor: DISCOVERY, removesDestination });
}

async function declare(
  { createTarget, replaceDeclared, isThere }: FollowDeclarationsDeps,
  target: DeclaredTarget,
  before: RotationTarget | undefined,
): Promise<void> {
  if (!before) {
    await createTarget(target, DISCOVERY);
    return;
  }
  if (!before.declaredBy) {
    throw new PkiError('name-taken', `target "${target.name}" is declared otherwise`);
  }
  // Whose object asks for something that it may not have has not given its Secret to another namespace.
  const namespaces = target.declaredBy.objects.map(({ namespace }) => namespace);
  const holder = before.declaredBy.objects.find(
    (object) => !namespaces.includes(object.namespace) && isThere(object),
  );
  if (holder) {
    throw new PkiError(
      'name-taken',
      `its Secret is that of ${wordsFor(holder)}, which is still there`,
    );
  }
  await replaceDeclared(target, DISCOVERY);
}

async function attempt(
  { declaredBy, dnsNames: hosts }: RotationTarget,
  work: () => Promise<void>,
): Promise<readonly Finding[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const reasons = error.violations.map(({ pointer, detail }) => `${pointer} ${detail}`);
    const detail = [error.message, ...reasons].join('; ');
    return (declaredBy?.objects ?? []).map((object) => ({
      code: 'refused',
      object,
      hosts,
      detail,
    }));
  }
}

function isSame(one: DeclaringObject, other: DeclaringObject): boolean {
  return (
    one.apiVersion === other.apiVersion &&
    one.kind === other.kind &&
    one.namespace === other.namespace &&
    one.name === other.name
  );
}
