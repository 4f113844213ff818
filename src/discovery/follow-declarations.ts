import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import type { DeclaringObject, RotationTarget } from '../rotation/target.ts';
import { withinBounds } from './bounds.ts';
import type { Declarations, DeclaredTarget } from './declarations.ts';
import type { Finding } from './finding.ts';
import { wordsFor } from './gateway.ts';

export interface FollowDeclarationsDeps {
  /** For targets that objects declare, which nobody else may change: what each was refused for. */
  readonly declareAll: (
    targets: readonly RotationTarget[],
    actor: Actor,
  ) => Promise<readonly (PkiError | undefined)[]>;
  readonly deleteDeclared: (
    name: string,
    options: { readonly actor: Actor; readonly removesDestination: boolean },
  ) => Promise<void>;
  /** Whether it is known for certain which objects there are of this one's kind and namespace. */
  readonly isKnown: (object: DeclaringObject) => boolean;
  readonly isThere: (object: DeclaringObject) => boolean;
}

const DISCOVERY: Actor = { name: 'discovery' };
/** Whoever else declares a target meanwhile waits until so many are declared. */
const DECLARED_AT_ONCE = 500;

/**
 * Makes, of `all` targets, those of the cluster's objects what these say now, and tells what could not be done. A target whose
 * objects are gone, or ask for it no more, is forgotten and leaves its Secret; only one that is gone takes it away,
 * where it has said so. While it is not known what there is, or where, nothing is taken away. It looks at all targets
 * once for many that it declares.
 */
export async function followDeclarations(
  deps: FollowDeclarationsDeps,
  declarations: Declarations,
  all: readonly RotationTarget[],
): Promise<readonly Finding[]> {
  const known = new Map(all.map((target) => [target.name, target]));
  const wanted = new Map(declarations.targets.map((target) => [target.name, target]));
  const waiting = new Set(declarations.unplaced.map(({ object, secret }) => keyOf(object, secret)));
  const findings: Finding[] = [];
  const staying: RotationTarget[] = [];
  for (const target of known.values()) {
    const now = wanted.get(target.name);
    if (now || !isOver(deps, target, waiting)) staying.push(now ?? target);
    else findings.push(...(await findingsOf(target, forget(deps, target))));
  }
  const young = declarations.targets.filter(({ name }) => !known.has(name));
  const bounded = withinBounds(staying, young);
  const changed = declarations.targets.filter((target) => {
    const before = known.get(target.name);
    return before && !isDeepStrictEqual(before, target);
  });
  const refused = await declareMany(deps, [...changed, ...bounded.admitted], known);
  return [...findings, ...bounded.findings, ...refused];
}

async function declareMany(
  deps: FollowDeclarationsDeps,
  targets: readonly DeclaredTarget[],
  known: ReadonlyMap<string, RotationTarget>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const free: DeclaredTarget[] = [];
  for (const target of targets) {
    const holder = holderOf(deps, target, known.get(target.name));
    if (!holder) free.push(target);
    else findings.push(...refusals(target, takenBy(holder)));
  }
  for (let start = 0; start < free.length; start += DECLARED_AT_ONCE) {
    const some = free.slice(start, start + DECLARED_AT_ONCE);
    const refused = await deps.declareAll(some, DISCOVERY);
    findings.push(...some.flatMap((target, at) => refusals(target, refused[at])));
  }
  return findings;
}

function isOver(
  { isKnown }: FollowDeclarationsDeps,
  { declaredBy, destination }: RotationTarget,
  waiting: ReadonlySet<string>,
): boolean {
  if (!declaredBy || destination.type !== 'kubernetesSecret') return false;
  const { objects } = declaredBy;
  return objects.every(
    (object) => isKnown(object) && !waiting.has(keyOf(object, destination.name)),
  );
}

async function forget(
  { deleteDeclared, isThere }: FollowDeclarationsDeps,
  { name, declaredBy }: RotationTarget,
): Promise<void> {
  const isGone = declaredBy?.objects.every((object) => !isThere(object)) === true;
  const removesDestination = isGone && declaredBy.removesSecret;
  await deleteDeclared(name, { actor: DISCOVERY, removesDestination });
}

/** Whose object asks for something that it may not have has not given its Secret to another namespace. */
function holderOf(
  { isThere }: FollowDeclarationsDeps,
  target: DeclaredTarget,
  before: RotationTarget | undefined,
): DeclaringObject | undefined {
  const namespaces = target.declaredBy.objects.map(({ namespace }) => namespace);
  return before?.declaredBy?.objects.find(
    (object) => !namespaces.includes(object.namespace) && isThere(object),
  );
}

function takenBy(holder: DeclaringObject): PkiError {
  const detail = `its Secret is that of ${wordsFor(holder)}, which is still there`;
  return new PkiError('name-taken', detail);
}

async function findingsOf(
  target: RotationTarget,
  work: Promise<void>,
): Promise<readonly Finding[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (error instanceof PkiError) return refusals(target, error);
    throw error;
  }
}

function refusals(
  { declaredBy, dnsNames: hosts }: RotationTarget,
  error: PkiError | undefined,
): readonly Finding[] {
  if (!error) return [];
  const reasons = error.violations.map(({ pointer, detail }) => `${pointer} ${detail}`);
  const detail = [error.message, ...reasons].join('; ');
  const objects = declaredBy?.objects ?? [];
  return objects.map((object) => ({ code: 'refused', object, hosts, detail }));
}

function keyOf({ apiVersion, kind, namespace, name }: DeclaringObject, secret: string): string {
  return JSON.stringify([apiVersion, kind, namespace, name, secret]);
}
