import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEY_ALGORITHMS } from '../../../src/certificate.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { targetWarnings } from '../../../src/rotation/target-warnings.ts';

const profiles = new Profiles();

function codesOf(changes: Partial<RotationTarget>, includeRoot = true): readonly string[] {
  const target: RotationTarget = {
    name: 'edge',
    authority: 'issuing',
    profile: 'server',
    ...{ dnsNames: ['edge.example.org'], ipAddresses: [], emailAddresses: [], uris: [] },
    keyAlgorithm: 'ecdsa-p256',
    validity: '30d',
    destination: {
      ...{ type: 'directory', path: '/tls', includeRoot, clientAuthorities: [] },
      ...{ clientTrust: 'issuer', keyMode: '0600' },
    },
    ...changes,
  };
  return targetWarnings({ findProfile: profiles.find }, target).map(({ code }) => code);
}

describe('the warnings of a target', () => {
  it('are those of its key, for each algorithm', () => {
    const warned = KEY_ALGORITHMS.map((keyAlgorithm) => [keyAlgorithm, codesOf({ keyAlgorithm })]);
    assert.deepEqual(Object.fromEntries(warned), {
      'ecdsa-p256': [],
      'ecdsa-p384': ['envoy-p384', 'application-gateway-key'],
      'ecdsa-p521': ['envoy-p521', 'application-gateway-key'],
      'rsa-2048': [],
      'rsa-3072': [],
      'rsa-4096': [],
      ed25519: ['envoy-ed25519', 'application-gateway-key'],
    });
  });

  it('tell of a chain without the root, which Application Gateway asks servers behind it to send', () => {
    assert.deepEqual(codesOf({}, false), ['application-gateway-whole-chain']);
  });

  it('do not speak of clients, nor of a profile that does not exist any more', () => {
    assert.deepEqual(codesOf({ profile: 'client', keyAlgorithm: 'ed25519' }, false), []);
    assert.deepEqual(codesOf({ profile: 'gone', keyAlgorithm: 'ed25519' }, false), []);
  });
});
