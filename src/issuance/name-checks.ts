import { SUBJECT_ALT_NAME_KINDS, type SubjectAltNames } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { readName } from './names.ts';
import { pointerToKind } from './requested-names.ts';
import type { IssuanceTerms, Pointers } from './terms.ts';

/** More names than any gateway's host list; every one of them costs each client that connects. */
export const MAX_NAMES = 100;

/** A hundred DNS names of full length fit; OpenSSL gives up on chains of 100 KiB. */
const MAX_CHARACTERS = 32_768;

/** What is wrong with one name, in words; `undefined` when nothing is. */
export function nameFault(kind: keyof SubjectAltNames, name: string): string | undefined {
  const read = readName(kind, name);
  return 'fault' in read ? read.fault : undefined;
}

/** The subjectAltName holds only names of known kinds, each well formed, and not too many. */
export function namesAreWellFormed(
  { names }: DecodedCertificate,
  { pointers }: IssuanceTerms,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const kind of SUBJECT_ALT_NAME_KINDS) {
    for (const [index, name] of names[kind].entries()) {
      const detail = nameFault(kind, name);
      if (detail === undefined) continue;
      violations.push({ pointer: pointers.names[kind][index]?.pointer ?? `/${kind}`, detail });
    }
  }
  violations.push(...excess(names, pointers));
  return violations;
}

function excess(names: SubjectAltNames, pointers: Pointers): readonly Violation[] {
  let [count, characters] = [0, 0];
  for (const kind of SUBJECT_ALT_NAME_KINDS) {
    count += names[kind].length;
    for (const name of names[kind]) characters += name.length;
  }
  const details = [
    ...(count > MAX_NAMES ? [`at most ${MAX_NAMES} names`] : []),
    ...(characters > MAX_CHARACTERS ? [`at most ${MAX_CHARACTERS} characters in all`] : []),
  ];
  if (details.length === 0) return [];
  const byCount = SUBJECT_ALT_NAME_KINDS.toSorted((a, b) => names[b].length - names[a].length);
  const fullest = byCount[0] ?? 'dnsNames';
  const pointer = pointerToKind(pointers.names, fullest);
  return details.map((detail) => ({ pointer, detail }));
}
