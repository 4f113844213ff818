import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../../src/certificate.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { preflight } from '../../../src/preflight/preflight.ts';
import { CONSUMERS, type Consumer } from '../../../src/preflight/rule.ts';
import { newKeyPair } from '../../../src/x509/key.ts';
import { encodeCertificates } from '../../../src/x509/pem.ts';
import { IssuanceWorld } from '../../support/issuance.ts';

/** RSA keys take long to make: one of each size serves all. */
const pairs = new Map<KeyAlgorithm, ReturnType<typeof newKeyPair>>();
function keyPair(algorithm: KeyAlgorithm): ReturnType<typeof newKeyPair> {
  if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
  const made = pairs.get(algorithm) ?? newKeyPair(algorithm);
  pairs.set(algorithm, made);
  return made;
}

const world = new IssuanceWorld({ newKeyPair: keyPair, publicUrl: 'http://pki.example.org' });
for (const keyAlgorithm of KEY_ALGORITHMS) {
  const root = `root-${keyAlgorithm}`;
  await world.createRoot({ name: root, subject: { commonName: root }, keyAlgorithm });
  const name = `issuing-${keyAlgorithm}`;
  const subject = { commonName: name };
  await world.createIntermediate({ name, parent: root, subject, keyAlgorithm });
}

const LEAVES: Readonly<Record<string, Partial<LeafRequest>>> = {
  server: { dnsNames: ['webapp.example.org', 'web'], ipAddresses: ['192.0.2.7', '2001:db8::7'] },
  'server-client': { dnsNames: ['x.y.svc.cluster.local'] },
  client: { subject: { commonName: 'agent 7' }, emailAddresses: ['ops@example.org'] },
  spiffe: { uris: ['spiffe://cluster.local/ns/shop/sa/web'] },
};

/** What servers’ certificates are warned of on purpose, and why: facts that nobody here can change. */
const DELIBERATE: Readonly<Partial<Record<KeyAlgorithm, Partial<Record<Consumer, string>>>>> = {
  'ecdsa-p384': {
    envoy: 'envoy-p384',
    istio: 'envoy-p384',
    'application-gateway': 'application-gateway-key',
  },
  'ecdsa-p521': {
    envoy: 'envoy-p521',
    istio: 'envoy-p521',
    'application-gateway': 'application-gateway-key',
  },
  ed25519: {
    envoy: 'envoy-ed25519',
    istio: 'envoy-ed25519',
    'application-gateway': 'application-gateway-key',
    java: 'java-ed25519',
  },
};

/** Apple's rules are those of servers. */
function consumersOf(profile: string): readonly Consumer[] {
  return CONSUMERS.filter((consumer) => consumer !== 'apple' || profile !== 'client');
}

function expectedFor(
  profile: string,
  keyAlgorithm: KeyAlgorithm,
  consumer: Consumer,
): readonly string[] {
  const warning = DELIBERATE[keyAlgorithm]?.[consumer];
  const isWarned = profile !== 'client' || consumer === 'java';
  return warning !== undefined && isWarned ? [`${warning} 1`] : [];
}

/** The rules that a path from an authority breaks, each with the place of the certificate. */
async function brokenBy(consumer: Consumer, path: readonly Uint8Array[]) {
  const { findings } = await preflight(consumer, encodeCertificates(path), world.now);
  return findings.map(({ rule, certificate }) => `${rule.id} ${certificate}`);
}

async function pathOf(authority: string): Promise<readonly Uint8Array[]> {
  return (await world.issuers.pathOf(authority)).map(({ der }) => der);
}

describe('our own certificates', () => {
  for (const keyAlgorithm of KEY_ALGORITHMS) {
    it(`of authorities with ${keyAlgorithm} keys break no rule of anybody`, async () => {
      for (const consumer of CONSUMERS) {
        const broken = await brokenBy(consumer, await pathOf(`issuing-${keyAlgorithm}`));
        // Java before 15 is told of what it cannot read wherever it stands.
        const expected =
          consumer === 'java' && keyAlgorithm === 'ed25519'
            ? ['java-ed25519 1', 'java-ed25519 2']
            : [];
        assert.deepEqual(broken, expected, consumer);
      }
    });

    for (const [profile, request] of Object.entries(LEAVES)) {
      it(`of profile ${profile} with ${keyAlgorithm} keys break none but those warned of`, async () => {
        const { certificate } = await world.issue({
          authority: 'issuing-ecdsa-p256',
          profile,
          keyAlgorithm,
          ...request,
        });
        const path = [certificate.der, ...(await pathOf('issuing-ecdsa-p256'))];
        for (const consumer of consumersOf(profile)) {
          const expected = expectedFor(profile, keyAlgorithm, consumer);
          assert.deepEqual(await brokenBy(consumer, path), expected, consumer);
        }
      });
    }
  }
});
