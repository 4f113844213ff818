import { KEY_ALGORITHMS, SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../x509/distinguished-name.ts';
import { CLIENT_AUTH, SERVER_AUTH } from '../x509/oids.ts';
import type { Profile } from './profile.ts';

/** What a profile says that says nothing else. */
export const PROFILE_DEFAULTS = {
  keyAlgorithms: KEY_ALGORITHMS,
  keyUsage: ['digitalSignature'],
  clampToIssuer: false,
  extensions: [],
  urls: { caIssuers: true, ocsp: false, crl: false },
} as const satisfies Partial<Profile>;

/** Clocks that are further behind than this break more than TLS. */
export const DEFAULT_BACKDATE = { backdate: '5m' } as const;

/** Apple's limit for server certificates of private authorities (support.apple.com/103769). */
export const LEAF_VALIDITY = { ...DEFAULT_BACKDATE, default: '30d', maximum: '825d' } as const;

const ANY_SUBJECT = {
  defaults: {},
  callerMaySet: SUBJECT_ATTRIBUTE_NAMES,
  commonName: 'any',
} as const satisfies Profile['subject'];

/** RFC 5280 §4.2.1.3. No extKeyUsage: istiod and OpenSSL would take one for a limit on all leaves. */
const AUTHORITY = {
  ...PROFILE_DEFAULTS,
  isAuthority: true,
  keyUsage: ['keyCertSign', 'cRLSign'],
  extKeyUsage: [],
  validity: DEFAULT_BACKDATE,
  subject: ANY_SUBJECT,
  subjectAltNames: { allowed: [], required: [], wildcards: false },
} as const satisfies Partial<Profile>;

const SERVER = {
  ...PROFILE_DEFAULTS,
  isAuthority: false,
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  validity: LEAF_VALIDITY,
  subject: { ...ANY_SUBJECT, commonName: 'subjectAltName' },
  subjectAltNames: {
    allowed: SUBJECT_ALT_NAME_KINDS,
    required: ['dnsNames', 'ipAddresses'],
    wildcards: true,
  },
} as const satisfies Partial<Profile>;

/** The profiles that there are without a settings file; one of the same name takes their place. */
export const BUILT_IN_PROFILES: readonly Profile[] = [
  { name: 'root', ...AUTHORITY },
  { name: 'intermediate', ...AUTHORITY },
  { name: 'server', ...SERVER, extKeyUsage: [SERVER_AUTH] },
  {
    name: 'client',
    ...PROFILE_DEFAULTS,
    isAuthority: false,
    extKeyUsage: [CLIENT_AUTH],
    validity: LEAF_VALIDITY,
    subject: ANY_SUBJECT,
    subjectAltNames: { allowed: SUBJECT_ALT_NAME_KINDS, required: [], wildcards: true },
  },
  { name: 'server-client', ...SERVER, extKeyUsage: [SERVER_AUTH, CLIENT_AUTH] },
  {
    // The SPIFFE X.509-SVID standard §2, §4: one URI, and both ends of a connection.
    name: 'spiffe',
    ...PROFILE_DEFAULTS,
    isAuthority: false,
    extKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
    validity: { ...DEFAULT_BACKDATE, default: '24h', maximum: '90d' },
    subject: ANY_SUBJECT,
    subjectAltNames: {
      allowed: ['uris', 'dnsNames'],
      required: ['uris'],
      wildcards: false,
      maximumUris: 1,
      uris: { permitted: ['spiffe://*/**'] },
    },
  },
];
