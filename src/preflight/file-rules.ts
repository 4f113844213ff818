import type { FileCandidate } from './candidate.ts';
import { CONSUMERS, type Rule } from './rule.ts';

/** What comes before everything else. */
export const fileRules: readonly Rule<FileCandidate>[] = [
  {
    id: 'readable',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement:
      'A certificate or request is DER to the last octet and of the form of its standard: a positive serialNumber of 20 octets at most, an issuer, times in UTC, equal signature algorithms, no extension twice.',
    source: 'ITU-T X.690 §8 to §11; RFC 5280 §4.1, §4.2; RFC 2986 §4',
    faultOf: ({ readingFault }) => readingFault,
  },
];
