import { SUBJECT_ALT_NAME_KINDS, type SubjectAltNames } from '../certificate.ts';
import { canonicalName } from './names.ts';

type Kind = keyof SubjectAltNames;

/** A name to be written, and where in the request it stands. */
export interface RequestedName {
  readonly value: string;
  /** JSON Pointer, such as `/dnsNames/0`; for one in a CSR see `csr-refusal.ts`. */
  readonly pointer: string;
}

export type RequestedNames = Readonly<Record<Kind, readonly RequestedName[]>>;

/** Names in the request's order, in canonical form, later duplicates left out. */
export function requestedNames(
  names: Partial<SubjectAltNames>,
  pointerOf: (kind: Kind, index: number) => string = (kind, index) => `/${kind}/${index}`,
): RequestedNames {
  const ofKind = (kind: Kind) => {
    const all = (names[kind] ?? []).map((name, index) => ({
      value: canonicalName(kind, name),
      pointer: pointerOf(kind, index),
    }));
    return all.filter(({ value }, index) => all.findIndex((one) => one.value === value) === index);
  };
  return {
    dnsNames: ofKind('dnsNames'),
    ipAddresses: ofKind('ipAddresses'),
    emailAddresses: ofKind('emailAddresses'),
    uris: ofKind('uris'),
  };
}

/** Where the names of one kind stand. */
export function pointerToKind(names: RequestedNames, kind: Kind): string {
  return names[kind][0]?.pointer.replace(/\/\d+$/, '') ?? `/${kind}`;
}

/** The bare values, as they go into the subjectAltName. */
export function valuesOf(names: RequestedNames): SubjectAltNames {
  return {
    dnsNames: names.dnsNames.map(({ value }) => value),
    ipAddresses: names.ipAddresses.map(({ value }) => value),
    emailAddresses: names.emailAddresses.map(({ value }) => value),
    uris: names.uris.map(({ value }) => value),
  };
}

/** Whether two sets of names are the same, whatever their order. */
export function areSameNames(one: SubjectAltNames, other: SubjectAltNames): boolean {
  return SUBJECT_ALT_NAME_KINDS.every((kind) => haveSameMembers(one[kind], other[kind]));
}

export function haveSameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(other);
  return new Set(one).size === members.size && one.every((member) => members.has(member));
}
