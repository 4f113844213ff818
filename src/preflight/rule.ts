/** Who is to accept what is judged. */
export const CONSUMERS = [
  'rfc5280',
  'envoy',
  'istio',
  'application-gateway',
  'apple',
  'openssl',
  'go',
  'java',
] as const;
export type Consumer = (typeof CONSUMERS)[number];

/** Whose certificate it is, by what it says of itself. */
export type Role = 'authority' | 'server' | 'client' | 'other';

/** The part of a certificate that a rule is about, by which a refused request can be pointed into. */
export type Part = 'subject' | 'subjectAltName' | 'validity' | 'publicKey' | 'certificate';

/** One rule that consumers have: who, what and where it is written, apart from how it is judged. */
export interface RuleFacts {
  /** Kebab case, and stable: programs go by it. */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  readonly consumers: readonly Consumer[];
  /** Whose certificates it speaks of; absent: everybody's. */
  readonly roles?: readonly Role[];
  readonly part: Part;
  /** What is asked, in a sentence. */
  readonly requirement: string;
  /** Document and section. */
  readonly source: string;
  /** A consumer's own words that it spares whoever keeps it. */
  readonly prevents?: Readonly<Partial<Record<Consumer, string>>>;
  /** Broken by what an authority above asks or is, which nobody below can mend: no reason to leave files as they are. */
  readonly isInherited?: true;
  /** Left out before signing: it costs more than a signature, and the key was judged by it already. */
  readonly isCostly?: true;
}

/** A rule over candidates of one kind: certificates, requests, paths, targets and whatever comes. */
export interface Rule<Candidate> extends RuleFacts {
  /** How the candidate breaks it, in words; `undefined` where it keeps it. */
  readonly faultOf: (candidate: Candidate) => string | undefined;
}

/** A rule that is broken, and how. */
export interface Finding {
  readonly rule: RuleFacts;
  readonly detail: string;
}

/** Those of `rules` that speak for any of `consumers`. */
export function rulesFor<Candidate>(
  rules: readonly Rule<Candidate>[],
  consumers: readonly Consumer[],
): readonly Rule<Candidate>[] {
  return rules.filter((rule) => rule.consumers.some((consumer) => consumers.includes(consumer)));
}

/** Every rule that `candidate` breaks, in the order of the list. */
export function findingsOf<Candidate extends { readonly role: Role }>(
  rules: readonly Rule<Candidate>[],
  candidate: Candidate,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    if (rule.roles && !rule.roles.includes(candidate.role)) continue;
    const detail = rule.faultOf(candidate);
    if (detail !== undefined) findings.push({ rule, detail });
  }
  return findings;
}

/** A rule without what judges by it: values alone, which another process can be told. */
export function factsOf(rule: RuleFacts): RuleFacts {
  const { id, severity, consumers, part, requirement, source, prevents } = rule;
  const facts = { id, severity, consumers, part, requirement, source };
  return prevents ? { ...facts, prevents } : facts;
}
