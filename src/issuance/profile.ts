import type { KeyAlgorithm, ProfileName } from '../certificate.ts';
import { CLIENT_AUTH, SERVER_AUTH } from '../x509/oids.ts';
import type { KeyUsage } from '../x509/tbs-certificate.ts';

const DAY_SECONDS = 86_400;

/** What a kind of certificate says and how long it lives (RFC 5280 §4). */
export interface Profile {
  readonly name: ProfileName;
  readonly isAuthority: boolean;
  readonly extKeyUsage: readonly string[];
  readonly keyUsageFor: (keyAlgorithm: KeyAlgorithm) => readonly KeyUsage[];
  /** Absent: the caller must say it. */
  readonly defaultValidity?: string;
  /** The whole period at most, backdating included. */
  readonly maximumValiditySeconds?: number;
}

/** Apple's limit for server certificates of private authorities (support.apple.com/103769). */
const LEAF_VALIDITY = { defaultValidity: '30d', maximumValiditySeconds: 825 * DAY_SECONDS };

/** RFC 5280 §4.2.1.3. No extKeyUsage: istiod and OpenSSL would take one for a limit on all leaves. */
const AUTHORITY = {
  isAuthority: true,
  extKeyUsage: [],
  keyUsageFor: () => ['keyCertSign', 'cRLSign'],
} as const satisfies Partial<Profile>;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  root: { name: 'root', ...AUTHORITY },
  intermediate: { name: 'intermediate', ...AUTHORITY },
  server: {
    name: 'server',
    isAuthority: false,
    extKeyUsage: [SERVER_AUTH],
    keyUsageFor: serverKeyUsage,
    ...LEAF_VALIDITY,
  },
  client: {
    name: 'client',
    isAuthority: false,
    extKeyUsage: [CLIENT_AUTH],
    keyUsageFor: () => ['digitalSignature'],
    ...LEAF_VALIDITY,
  },
};

/** An RSA key may also transport keys, for TLS 1.2 clients without ECDHE; an EC key cannot. */
function serverKeyUsage(keyAlgorithm: KeyAlgorithm): readonly KeyUsage[] {
  return keyAlgorithm.startsWith('rsa')
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
}
