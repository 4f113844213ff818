import { refusedExtensions } from '../x509/certification-request.ts';
import { BASIC_CONSTRAINTS, describeOid } from '../x509/oids.ts';
import type { RequestCandidate } from './candidate.ts';
import { faultsIn } from './quoted.ts';
import type { Rule } from './rule.ts';

/** What is asked for, as those who issue take it. */
export const askingRules: readonly Rule<RequestCandidate>[] = [
  {
    id: 'request-critical-extensions',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement:
      'A request asks for no critical extension but names, keyUsage, extKeyUsage and basicConstraints: what is critical must be granted or refused.',
    source: 'RFC 2985 §5.4.2; RFC 5280 §4.2',
    faultOf: (request) =>
      faultsIn(
        refusedExtensions(request).filter((id) => id !== BASIC_CONSTRAINTS),
        (id) => `asks for ${describeOid(id)}, which is critical and never granted`,
      ),
  },
  {
    id: 'request-for-authority',
    severity: 'warning',
    consumers: ['rfc5280'],
    roles: ['authority'],
    part: 'certificate',
    requirement:
      'A request asks to be an authority only where an authority is to sign one: POST /v1/certificates refuses it.',
    source: 'RFC 5280 §4.2.1.9',
    faultOf: () => 'asks to be an authority, which certificates for servers and clients are not',
  },
];
