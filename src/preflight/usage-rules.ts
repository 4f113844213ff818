import {
  ANY_EXTENDED_KEY_USAGE,
  BASIC_CONSTRAINTS,
  CLIENT_AUTH,
  CODE_SIGNING,
  EMAIL_PROTECTION,
  EXT_KEY_USAGE,
  KEY_USAGE,
  OCSP_NO_CHECK,
  OCSP_SIGNING,
  SERVER_AUTH,
  TIME_STAMPING,
} from '../x509/oids.ts';
import type { KeyUsage } from '../x509/tbs-certificate.ts';
import type { CertificateCandidate, Claims } from './candidate.ts';
import type { KeyShape } from './key-shape.ts';
import { describeKey } from './key-shape.ts';
import type { Rule } from './rule.ts';

/** What a key of each kind cannot be for. */
const FORBIDDEN_USAGES: Readonly<Record<KeyShape['kind'], readonly KeyUsage[]>> = {
  rsa: ['keyAgreement', 'encipherOnly', 'decipherOnly'],
  ec: ['keyEncipherment', 'dataEncipherment'],
  ed25519: ['keyEncipherment', 'dataEncipherment', 'keyAgreement', 'encipherOnly', 'decipherOnly'],
  unknown: [],
};

/** RFC 5280 §4.2.1.12: which usages may go with each purpose; with purposes unknown here, any. */
const USAGES_OF_PURPOSE: Readonly<Record<string, readonly KeyUsage[]>> = {
  [SERVER_AUTH]: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  [CLIENT_AUTH]: ['digitalSignature', 'keyAgreement'],
  [CODE_SIGNING]: ['digitalSignature'],
  [EMAIL_PROTECTION]: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'],
  [TIME_STAMPING]: ['digitalSignature', 'nonRepudiation'],
  [OCSP_SIGNING]: ['digitalSignature', 'nonRepudiation'],
};

/** What the key is said to be good for, and whether it can be. */
export const keyUsageRules: readonly Rule<Claims>[] = [
  {
    id: 'key-usage-fits-key',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'The keyUsage has no bit for what a key of its kind cannot do.',
    source: 'RFC 3279 §2.3.1 (RSA); RFC 8813 §3 (EC); RFC 9295 §3 (Ed25519)',
    faultOf: ({ key, values: { keyUsage } }) => {
      const wrong = keyUsage.filter((usage) => FORBIDDEN_USAGES[key.kind].includes(usage));
      return wrong.length > 0 ? `says ${wrong.join(', ')} of ${describeKey(key)}` : undefined;
    },
  },
  {
    id: 'usages-share-a-purpose',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'Some purpose of the extKeyUsage is possible with the keyUsage.',
    source: 'RFC 5280 §4.2.1.12',
    prevents: { openssl: 'unsuitable certificate purpose' },
    faultOf: ({ values: { keyUsage, extKeyUsage } }) => {
      if (keyUsage.length === 0 || extKeyUsage.length === 0) return undefined;
      const isPossible = (purpose: string) =>
        USAGES_OF_PURPOSE[purpose]?.some((usage) => keyUsage.includes(usage)) ?? true;
      return extKeyUsage.some(isPossible)
        ? undefined
        : `with keyUsage ${keyUsage.join(', ')} it is good for none of its purposes`;
    },
  },
];

/** Who may sign certificates, and who may not. */
export const usageRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'authority-constraints-critical',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'An authority’s basicConstraints are critical.',
    source: 'RFC 5280 §4.2.1.9',
    prevents: { openssl: 'Basic Constraints of CA cert not marked critical' },
    faultOf: ({ certificate: { criticalExtensions } }) =>
      criticalExtensions.includes(BASIC_CONSTRAINTS)
        ? undefined
        : 'has basicConstraints that may be passed over',
  },
  {
    id: 'authority-key-usage',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'An authority has a keyUsage.',
    source: 'RFC 5280 §4.2.1.3',
    prevents: { openssl: 'CA cert does not include key usage extension' },
    faultOf: ({ values: { keyUsage } }) =>
      keyUsage.length === 0 ? 'is an authority without a keyUsage' : undefined,
  },
  {
    id: 'authority-cert-sign',
    severity: 'error',
    // Verifiers that take one at the head of a path for an end entity’s have a rule of paths instead. For istiod it is an
    // authority (`cacerts`).
    consumers: ['rfc5280', 'istio', 'application-gateway', 'apple'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'An authority’s keyUsage has keyCertSign.',
    source: 'RFC 5280 §4.2.1.3, §4.2.1.9',
    faultOf: ({ values: { keyUsage } }) =>
      keyUsage.length > 0 && !keyUsage.includes('keyCertSign')
        ? 'is an authority without keyCertSign'
        : undefined,
  },
  {
    id: 'cert-sign-authorities-only',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'Only an authority has keyCertSign.',
    source: 'RFC 5280 §4.2.1.3, §4.2.1.9',
    prevents: { openssl: 'Key usage keyCertSign invalid for non-CA cert' },
    faultOf: ({ values: { keyUsage } }) =>
      keyUsage.includes('keyCertSign') ? 'has keyCertSign and is no authority' : undefined,
  },
  {
    id: 'path-length-authorities-only',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'Only an authority has a pathLenConstraint.',
    source: 'RFC 5280 §4.2.1.9',
    prevents: { openssl: 'Path length invalid for non-CA cert' },
    faultOf: ({ values: { pathLenConstraint } }) =>
      pathLenConstraint === undefined ? undefined : 'has a pathLenConstraint and is no authority',
  },
  {
    id: 'key-usage-critical',
    severity: 'warning',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'The keyUsage is critical.',
    source: 'RFC 5280 §4.2.1.3',
    faultOf: ({ values: { keyUsage }, certificate: { criticalExtensions } }) =>
      keyUsage.length > 0 && !criticalExtensions.includes(KEY_USAGE)
        ? 'has a keyUsage that may be passed over'
        : undefined,
  },
  {
    id: 'any-purpose-not-critical',
    severity: 'warning',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'An extKeyUsage with anyExtendedKeyUsage is not critical.',
    source: 'RFC 5280 §4.2.1.12',
    faultOf: ({ values: { extKeyUsage }, certificate: { criticalExtensions } }) =>
      extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE) && criticalExtensions.includes(EXT_KEY_USAGE)
        ? 'has anyExtendedKeyUsage in a critical extKeyUsage'
        : undefined,
  },
  {
    id: 'ocsp-responder-no-check',
    severity: 'warning',
    consumers: ['rfc5280'],
    roles: ['other'],
    part: 'certificate',
    requirement:
      'An OCSP responder has ocsp-nocheck, or its own certificate is asked about for ever.',
    source: 'RFC 6960 §4.2.2.2.1; CA/Browser Forum BR §4.9.9',
    faultOf: ({ values: { extKeyUsage }, extensions }) =>
      extKeyUsage.includes(OCSP_SIGNING) && !extensions.some(({ id }) => id === OCSP_NO_CHECK)
        ? 'is an OCSP responder without ocsp-nocheck'
        : undefined,
  },
];
