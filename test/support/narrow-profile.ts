import assert from 'node:assert/strict';
import { BUILT_IN_PROFILES } from '../../src/issuance/built-in-profiles.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { RESTATED_PROFILES, type RestatedProfile } from './restated-policy/assert-policy.ts';
import { DNS, EMAIL, IP, URI } from './restated-policy/facts.ts';

/** A profile as an operator might write it. */
export const NARROW: Profile = {
  ...(BUILT_IN_PROFILES.find(({ name }) => name === 'client') ?? assert.fail()),
  name: 'narrow',
  validity: { backdate: '1m', default: '1h', maximum: '90d' },
  subject: {
    defaults: { organization: 'Example' },
    callerMaySet: ['commonName'],
    commonName: 'any',
  },
  subjectAltNames: {
    allowed: ['dnsNames', 'ipAddresses', 'emailAddresses', 'uris'],
    required: ['dnsNames'],
    wildcards: false,
    maximumUris: 1,
    dnsNames: { permitted: ['example.org'], excluded: ['d.example.org'] },
    ipAddresses: { permitted: ['192.0.2.0/24'] },
    emailAddresses: { permitted: ['example.org'] },
    uris: { permitted: ['spiffe://example.org/**', 'https://*.example.org/**'] },
  },
};

const RESTATED_NARROW: RestatedProfile = {
  ...(RESTATED_PROFILES['client'] ?? assert.fail()),
  maximumDays: 90,
  needs: [DNS],
  hasWildcards: false,
  maximumUris: 1,
  organization: /^Example$/,
  likeness: {
    [DNS]: /^(?!(.+\.)?d\.example\.org$)([^*]+\.)?example\.org$/,
    [IP]: /^192\.0\.2\.\d+$/,
    [EMAIL]: /@([a-z0-9-]+\.)*example\.org$/,
    [URI]: /^(spiffe:\/\/|https:\/\/[a-z0-9-]+\.)example\.org\/[^%?#]+$/,
  },
};

/** What each profile means: the built-in ones, and {@link NARROW}. */
export const RESTATED: Readonly<Record<string, RestatedProfile>> = {
  ...RESTATED_PROFILES,
  narrow: RESTATED_NARROW,
};
