import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { readAny } from '../x509/der-any.ts';
import { type DerReader, readDer } from '../x509/der-reader.ts';
import { CONTEXT, TAG } from '../x509/der-tags.ts';
import {
  CERTIFICATE_POLICIES,
  INHIBIT_ANY_POLICY,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
} from '../x509/oids.ts';
import { isSelfIssued, type PathCandidate } from './candidate.ts';
import { labelAt } from './path-step.ts';
import { readable } from './read-entries.ts';
import type { Rule } from './rule.ts';

const ANY_POLICY = '2.5.29.32.0';
const MAX_POLICIES = 100;

/** Whether the certificates of a path agree about a policy where an authority wants that (RFC 5280 §6.1). */
export const policyPathRules: readonly Rule<PathCandidate>[] = [
  {
    id: 'path-explicit-policy',
    severity: 'error',
    consumers: ['rfc5280', 'go', 'java'],
    part: 'certificate',
    requirement:
      'Where policyConstraints require an explicit policy, every certificate of the path has certificatePolicies, and one of them in common.',
    source: 'RFC 5280 §4.2.1.11, §6.1.3 (f), §6.1.5 (g)',
    prevents: {
      go: 'candidate chains with invalid policies',
      java: 'non-null policy tree required and policy tree is null',
    },
    isInherited: true,
    faultOf: (path) => {
      if (!path.certificates.some((one) => octetsOf(one, POLICY_CONSTRAINTS))) return undefined;
      // The trust anchor is no part of the path that is validated.
      const certificates = path.endsWithRoot ? path.certificates.slice(0, -1) : path.certificates;
      return policyFault({ ...path, certificates });
    },
  },
];

/** What RFC 5280 §6.1.2 keeps from one certificate to the next; `undefined` policies stand for a tree that is NULL. */
interface State {
  /** How many more certificates may be without a policy. */
  explicitPolicy: number;
  /** How many more may say anyPolicy. */
  inhibitAnyPolicy: number;
  policies: ReadonlySet<string> | undefined;
}

function policyFault(path: PathCandidate): string | undefined {
  const { certificates } = path;
  const never = certificates.length + 1;
  const state: State = {
    explicitPolicy: never,
    inhibitAnyPolicy: never,
    policies: new Set([ANY_POLICY]),
  };
  for (const [index, certificate] of [...certificates.entries()].toReversed()) {
    state.policies = policiesAfter(state, certificate, index > 0);
    if (index === 0) endAt(state, certificate);
    if (state.explicitPolicy === 0 && state.policies === undefined) {
      return `${labelAt(path, index)} has none of the policies of the path, and an authority above wants one`;
    }
    if (index > 0) goOnFrom(state, certificate);
  }
  return undefined;
}

/** RFC 5280 §6.1.3 (d), (e). What a mapping makes of policies is left open: no path is refused for it. */
function policiesAfter(
  { policies: above, inhibitAnyPolicy }: State,
  certificate: DecodedCertificate,
  isAuthoritys: boolean,
): ReadonlySet<string> | undefined {
  const own = policiesOf(certificate);
  if (above === undefined || own.length === 0) return undefined;
  if (octetsOf(certificate, POLICY_MAPPINGS)) return new Set([ANY_POLICY]);
  const isAnyTaken = inhibitAnyPolicy > 0 || (isAuthoritys && isSelfIssued(certificate));
  const named = own.filter((policy) => policy !== ANY_POLICY);
  const isAny = isAnyTaken && named.length < own.length;
  const isAnyAbove = above.has(ANY_POLICY);
  const held = isAny ? [...above] : [];
  const common = named.filter((policy) => isAnyAbove || above.has(policy));
  const all = new Set([...held, ...common]);
  return all.size === 0 ? undefined : all;
}

/** RFC 5280 §6.1.4 (h) to (j). */
function goOnFrom(state: State, certificate: DecodedCertificate): void {
  const step = isSelfIssued(certificate) ? 0 : 1;
  const ownExplicit = requiredAfter(certificate) ?? Number.POSITIVE_INFINITY;
  const ownInhibit =
    readValue(certificate, INHIBIT_ANY_POLICY, (reader) => reader.number()) ??
    Number.POSITIVE_INFINITY;
  state.explicitPolicy = Math.min(Math.max(state.explicitPolicy - step, 0), ownExplicit);
  state.inhibitAnyPolicy = Math.min(Math.max(state.inhibitAnyPolicy - step, 0), ownInhibit);
}

/** RFC 5280 §6.1.5 (a), (b); a leaf's own wish counts where it is for at once. */
function endAt(state: State, leaf: DecodedCertificate): void {
  state.explicitPolicy = Math.max(state.explicitPolicy - 1, 0);
  if (requiredAfter(leaf) === 0) state.explicitPolicy = 0;
}

function policiesOf(certificate: DecodedCertificate): readonly string[] {
  const read = (reader: DerReader) =>
    reader.listOf(TAG.sequence, MAX_POLICIES, (members) => {
      const policy = members.sequence();
      const id = policy.oid();
      while (!policy.isAtEnd) readAny(policy);
      return id;
    });
  return readValue(certificate, CERTIFICATE_POLICIES, read) ?? [];
}

/** requireExplicitPolicy: after how many more certificates a policy is wanted. */
function requiredAfter(certificate: DecodedCertificate): number | undefined {
  return readValue(certificate, POLICY_CONSTRAINTS, (reader) => {
    const members = reader.sequence();
    const octets = members.isNext(CONTEXT) ? members.contextPrimitive(0) : undefined;
    while (!members.isAtEnd) readAny(members);
    return octets && Number(BigInt(`0x0${Buffer.from(octets).toString('hex')}`));
  });
}

/** What cannot be read says nothing here. */
function readValue<T>(
  certificate: DecodedCertificate,
  id: string,
  read: (reader: DerReader) => T,
): T | undefined {
  const value = octetsOf(certificate, id);
  return value && readable(() => readDer(value, read));
}

function octetsOf({ extensions }: DecodedCertificate, id: string): Uint8Array | undefined {
  return extensions.find((extension) => extension.id === id)?.value;
}
