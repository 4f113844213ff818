import type { SubjectAltNames } from '../certificate.ts';
import { ipRangeOctets } from '../x509/ip-address.ts';
import { isDnsNameIn } from './name-patterns.ts';

/**
 * Whether every name of a pattern is surely in another of its kind; of URIs only the same pattern is told, and what several
 * patterns make up together is not.
 */
export function isPatternWithin(
  kind: keyof SubjectAltNames,
  pattern: string,
  other: string,
): boolean {
  switch (kind) {
    case 'dnsNames':
    case 'emailAddresses':
      return extremesOf(pattern).every((name) => isDnsNameIn(name, other));
    case 'ipAddresses':
      return isRangeWithin(pattern, other);
    case 'uris':
      return pattern === other;
  }
}

/**
 * What is in a pattern with the fewest labels, and with one more where there may be more: a pattern that holds both has
 * no end either. A star stands there for itself, which is in whatever all that it stands for is in.
 */
function extremesOf(pattern: string): readonly string[] {
  if (!pattern.includes('*')) return [pattern, `*.${pattern}`];
  const [, open] = /^\*\*\.(.*)$/s.exec(pattern) ?? [];
  return open === undefined ? [pattern] : [`*.${open}`, `*.*.${open}`];
}

function isRangeWithin(range: string, other: string): boolean {
  const [own, wide] = [ipRangeOctets(range), ipRangeOctets(other)];
  if (own === undefined || wide?.length !== own.length) return false;
  const half = own.length / 2;
  const [ownMask, mask] = [own.subarray(half), wide.subarray(half)];
  return mask.every(
    (octet, index) =>
      ((ownMask[index] ?? 0) & octet) === octet && ((own[index] ?? 0) & octet) === wide[index],
  );
}
