import { BUILT_IN_PROFILES, PROFILE_DEFAULTS } from '../../../src/issuance/built-in-profiles.ts';
import type { Profile } from '../../../src/issuance/profile.ts';
import { nullValue } from '../../../src/x509/der.ts';
import { OCSP_NO_CHECK, OCSP_SIGNING } from '../../../src/x509/oids.ts';

/** Where everything is that a certificate may tell the address of. */
export const PUBLIC_URL = 'http://pki.example.org';

/** As an operator would write it, who has a responder certified here (RFC 6960 §4.2.2.2). */
const OCSP_RESPONDER: Profile = {
  name: 'ocsp-responder',
  ...PROFILE_DEFAULTS,
  isAuthority: false,
  extKeyUsage: [OCSP_SIGNING],
  validity: { backdate: '5m', default: '7d', maximum: '90d' },
  subject: { defaults: {}, callerMaySet: ['commonName'], commonName: 'any' },
  subjectAltNames: { allowed: [], required: [], wildcards: false },
  extensions: [{ oid: OCSP_NO_CHECK, critical: false, value: nullValue().toString('base64') }],
};

/** The built-in ones tell where their issuer is; these tell everything and nothing. */
const VARIANTS = BUILT_IN_PROFILES.filter(({ name }) => name === 'server').flatMap((server) => [
  { ...server, name: 'server-all-addresses', urls: { caIssuers: true, ocsp: true, crl: true } },
  { ...server, name: 'server-no-address', urls: { caIssuers: false, ocsp: false, crl: false } },
]);

export const MORE_PROFILES: readonly Profile[] = [OCSP_RESPONDER, ...VARIANTS];

export const LEAF_PROFILES: readonly string[] = [...BUILT_IN_PROFILES, ...MORE_PROFILES].flatMap(
  ({ name, isAuthority }) => (isAuthority ? [] : [name]),
);
