import {
  attributeLengthFault,
  attributeTypeFault,
  legacyStringFault,
} from '../x509/attribute-forms.ts';
import type { Claims } from './candidate.ts';
import { faultsIn, quoted } from './quoted.ts';
import type { Rule } from './rule.ts';

const COUNTRY_CODE = /^[A-Z]{2}$/;

/** How a subject is written. */
export const subjectRules: readonly Rule<Claims>[] = [
  {
    id: 'subject-attribute-length',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subject',
    requirement: 'Each attribute has at least one character, and no more than its upper bound.',
    source: 'RFC 5280 appendix A.1',
    faultOf: ({ subject }) => faultsIn(subject.attributes, attributeLengthFault),
  },
  {
    id: 'subject-string-type',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subject',
    requirement:
      'Each attribute has a string type of its definition, such as PrintableString for a country.',
    source: 'RFC 5280 appendix A.1',
    faultOf: ({ subject }) => faultsIn(subject.attributes, attributeTypeFault),
  },
  {
    id: 'subject-utf8-or-printable',
    severity: 'warning',
    consumers: ['rfc5280'],
    part: 'subject',
    requirement: 'A DirectoryString is a UTF8String or a PrintableString.',
    source: 'RFC 5280 §4.1.2.4, §4.1.2.6',
    faultOf: ({ subject }) => faultsIn(subject.attributes, legacyStringFault),
  },
  {
    id: 'subject-country-code',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subject',
    requirement: 'A country is the two capital letters of ISO 3166-1.',
    source: 'ITU-T X.520 §6.3.1; RFC 5280 appendix A.1',
    faultOf: ({ subject: { known } }) =>
      known.country === undefined || COUNTRY_CODE.test(known.country)
        ? undefined
        : `the country is ${quoted(known.country)}`,
  },
];
