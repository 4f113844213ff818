import { authorityExtensionFault } from '../x509/extension-fault.ts';
import { extensionSyntaxFault } from '../x509/extension-syntax-fault.ts';
import type { CertificateCandidate } from './candidate.ts';
import { faultsIn } from './quoted.ts';
import type { Rule } from './rule.ts';

/** What stands in the extensions that the reader of certificates passes over. */
export const extensionValueRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'extension-values-well-formed',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement:
      'An extension whose syntax is known, such as certificatePolicies or policyConstraints, is written in it.',
    source:
      'RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.7, §4.2.1.8, §4.2.1.11, §4.2.1.14, §4.2.1.15, §4.2.2.2; RFC 6960 §4.2.2.2.1; RFC 7633 §4.1',
    isInherited: true,
    faultOf: ({ extensions }) =>
      faultsIn(extensions, (extension) => {
        const fault = extensionSyntaxFault(extension);
        return fault === undefined ? undefined : `has an extension whose value ${fault}`;
      }),
  },
  {
    id: 'authority-extensions-authorities-only',
    severity: 'warning',
    consumers: ['rfc5280'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement:
      'Only an authority has policyMappings, policyConstraints, inhibitAnyPolicy or a Netscape type of one.',
    source: 'RFC 5280 §4.2.1.5, §4.2.1.11, §4.2.1.14',
    faultOf: ({ extensions }) => faultsIn(extensions, authorityExtensionFault),
  },
];
