import type { Subject } from '../certificate.ts';
import { oid, printableString, sequence, setOf, utf8String } from './der.ts';
import {
  COMMON_NAME,
  COUNTRY,
  LOCALITY,
  ORGANIZATION,
  ORGANIZATIONAL_UNIT,
  STATE_OR_PROVINCE,
} from './oids.ts';

/** An attribute of a distinguished name, with the bound that RFC 5280 appendix A.1 sets for it. */
interface AttributeType {
  readonly oid: string;
  /** What text tools call it, such as `CN`. */
  readonly shortName: string;
  readonly upperBound: number;
}

/** Of a Name without attributes: a SEQUENCE of nothing. */
export const EMPTY_NAME_OCTETS = 2;

/** In the order in which they are written, whatever the order of the request. */
export const SUBJECT_ATTRIBUTES: Readonly<Record<keyof Subject, AttributeType>> = {
  country: { oid: COUNTRY, shortName: 'C', upperBound: 2 },
  stateOrProvince: { oid: STATE_OR_PROVINCE, shortName: 'ST', upperBound: 128 },
  locality: { oid: LOCALITY, shortName: 'L', upperBound: 128 },
  organization: { oid: ORGANIZATION, shortName: 'O', upperBound: 64 },
  organizationalUnit: { oid: ORGANIZATIONAL_UNIT, shortName: 'OU', upperBound: 64 },
  commonName: { oid: COMMON_NAME, shortName: 'CN', upperBound: 64 },
};

export const SUBJECT_ATTRIBUTE_NAMES = Object.keys(SUBJECT_ATTRIBUTES) as (keyof Subject)[];

/**
 * A Name (RFC 5280 §4.1.2.4): one attribute in each RDN, in the order of `attributes`. `country` is a PrintableString, since
 * X.520 allows no other; everything else is UTF8String.
 */
export function encodeName(
  subject: Subject,
  attributes: readonly (keyof Subject)[] = SUBJECT_ATTRIBUTE_NAMES,
): Buffer {
  const rdns = attributes.flatMap((name) => {
    const value = subject[name];
    if (value === undefined) return [];
    const text = name === 'country' ? printableString(value) : utf8String(value);
    return [setOf(sequence(oid(SUBJECT_ATTRIBUTES[name].oid), text))];
  });
  return sequence(...rdns);
}

/** Whether two subjects have the same attributes with the same values. */
export function areSameSubject(one: Subject, other: Subject): boolean {
  return SUBJECT_ATTRIBUTE_NAMES.every((name) => one[name] === other[name]);
}

/** As text tools show it, such as `O=Example, CN=a`. */
export function describeSubject(subject: Subject): string {
  return SUBJECT_ATTRIBUTE_NAMES.flatMap((name) => {
    const value = subject[name];
    return value === undefined ? [] : [`${SUBJECT_ATTRIBUTES[name].shortName}=${value}`];
  }).join(', ');
}
