import type { RequestCandidate } from './candidate.ts';
import { CONSUMERS, type Rule } from './rule.ts';

/** Who asks. */
export const proofRules: readonly Rule<RequestCandidate>[] = [
  {
    id: 'proof-of-possession',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'publicKey',
    requirement: 'A request is signed with the key that it asks a certificate for.',
    source: 'RFC 2986 §3, §4.2',
    faultOf: ({ proofFault }) => proofFault,
  },
];
