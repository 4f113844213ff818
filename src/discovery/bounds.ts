import type { RotationTarget } from '../rotation/target.ts';
import type { DeclaredTarget } from './declarations.ts';
import type { Finding } from './finding.ts';
import type { ObjectReference } from './gateway.ts';

/** Secrets that one object has supplied. A large Gateway names a tenth of that; in the 1.5 MiB that etcd takes are 7,000. */
export const MAX_TARGETS_OF_OBJECT = 500;
/** And those of one namespace together, so that none alone takes all that one service is made for. */
export const MAX_TARGETS_OF_NAMESPACE = 2_000;

interface Left {
  readonly object: ObjectReference;
  readonly detail: string;
  readonly hosts: string[];
}

/**
 * Those of the new targets that may be declared beside `old` ones, and a finding on each object that asks for more.
 * What is there already stays, wherever its object names it by now, and counts before any that is new.
 */
export function withinBounds(
  old: readonly RotationTarget[],
  young: readonly DeclaredTarget[],
): { readonly admitted: readonly DeclaredTarget[]; readonly findings: readonly Finding[] } {
  const counts = new Map<string, number>();
  const left = new Map<string, Left>();
  for (const target of old) count(counts, target);
  const admitted = young.filter((target) => {
    const holder = holderOf(target);
    if (!holder) return false;
    const excess = excessOf(counts, holder);
    if (excess === undefined) count(counts, target);
    else leaveOut(left, { holder, hosts: target.dnsNames }, excess);
    return excess === undefined;
  });
  const findings = [...left.values()].map((one) => ({ code: 'too-many-secrets' as const, ...one }));
  return { admitted, findings };
}

/** Each counts once, for the oldest of its objects. */
function holderOf({ declaredBy }: RotationTarget): ObjectReference | undefined {
  return declaredBy?.objects[0];
}

function keysOf(holder: ObjectReference): readonly [object: string, namespace: string] {
  const { apiVersion, kind, namespace, name } = holder;
  return [JSON.stringify([apiVersion, kind, namespace, name]), namespace];
}

function count(counts: Map<string, number>, target: RotationTarget): void {
  const holder = holderOf(target);
  for (const key of holder ? keysOf(holder) : []) counts.set(key, (counts.get(key) ?? 0) + 1);
}

function excessOf(
  counts: ReadonlyMap<string, number>,
  holder: ObjectReference,
): string | undefined {
  const [object, namespace] = keysOf(holder);
  if ((counts.get(object) ?? 0) >= MAX_TARGETS_OF_OBJECT) {
    return `one object may have ${MAX_TARGETS_OF_OBJECT} Secrets supplied, and it names more`;
  }
  if ((counts.get(namespace) ?? 0) >= MAX_TARGETS_OF_NAMESPACE) {
    return `the objects of namespace "${namespace}" may have ${MAX_TARGETS_OF_NAMESPACE} Secrets supplied, and name more`;
  }
  return undefined;
}

function leaveOut(
  left: Map<string, Left>,
  {
    holder: object,
    hosts,
  }: { readonly holder: ObjectReference; readonly hosts: readonly string[] },
  excess: string,
): void {
  const detail = `${excess}: some of its hosts, which coverage lists, have no certificate`;
  const key = JSON.stringify([object, excess]);
  const one = left.get(key) ?? { object, detail, hosts: [] };
  one.hosts.push(...hosts);
  left.set(key, one);
}
