import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { lintOf } from '../../../src/issuance/lint.ts';
import { requestedNames } from '../../../src/issuance/requested-names.ts';
import { certificateRules, pathRules } from '../../../src/preflight/rules.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { IssuanceWorld } from '../../support/issuance.ts';
import { ruleBreakers } from '../preflight/rule-breakers.ts';
import { hosts, worldWith } from './profile-world.ts';

const LINTED = ['rfc5280', 'envoy', 'apple', 'application-gateway'];
/** By files whose first certificate is good, or is no server's, and what depends on the moment. */
const NOT_SHOWN = [
  'valid-now',
  'constraining-extensions-critical',
  'authority-cert-sign',
  'apple-server-auth',
];
const pointers = {
  names: requestedNames(hosts('webapp.example.org')),
  subject: () => '/subject',
  key: '/keyAlgorithm',
};

/** What lint has against the first certificate of a file that breaks a rule. */
function lintOfBreaker(id: string) {
  const [leaf, ...issuers] = (ruleBreakers[id]?.file ?? []).map((der) => decodeCertificate(der));
  assert.ok(leaf);
  return lintOf(leaf, { issuers, pointers });
}

/** Under a profile by which a server certificate may last longer than Apple's systems take. */
const longLived = await worldWith({ validity: { default: '30d', maximum: '1000d' } });
/** The refusal of a request that the policy grants. */
async function lintRefusal(request: Partial<LeafRequest>): Promise<PkiError> {
  const attempt = longLived.issue({ profile: 'shop', ...request });
  return attempt.then(
    () => assert.fail('it was granted'),
    (error: unknown) => (error instanceof PkiError ? error : assert.fail(String(error))),
  );
}

describe('lint before signing', () => {
  for (const { id } of pathRules.filter(({ isInherited }) => isInherited)) {
    it(`warns of the rule ${id}, which an authority above makes it break, and signs all the same`, () => {
      const { violations, warnings } = lintOfBreaker(id);
      assert.ok(warnings.some(({ code }) => code === id));
      assert.ok(!violations.some(({ detail }) => detail.includes(`rule ${id}:`)));
    });
  }

  it('stops what the policy grants, signs and records nothing, and names the rule', async () => {
    const recorded = longLived.records.length;
    const refusal = await lintRefusal({ ...hosts('a.b'), validity: '900d' });
    assert.equal(refusal.code, 'request-refused');
    const [violation, ...more] = refusal.violations;
    assert.deepEqual(more, []);
    assert.equal(violation?.pointer, '/validity');
    assert.match(violation.detail, /valid for 901 days .*rule apple-validity: support\.apple\.com/);
    assert.equal(longLived.records.length, recorded);
  });

  it('grants the same to a client, which Apple’s rules do not speak of', async () => {
    const world = await worldWith({
      extKeyUsage: ['clientAuth'],
      validity: { default: '30d', maximum: '1000d' },
    });
    const request = { profile: 'shop', subject: { commonName: 'a' }, validity: '900d' };
    assert.deepEqual((await world.issue(request)).certificate.warnings, []);
  });

  for (const rule of certificateRules) {
    const isLinted = rule.consumers.some((one) => LINTED.includes(one)) && !rule.isCostly;
    const isOfLeaf = rule.roles === undefined || rule.roles.includes('server');
    if (!isLinted || !isOfLeaf || NOT_SHOWN.includes(rule.id)) continue;
    it(`${rule.severity === 'error' ? 'refuses' : 'warns of'} what breaks the rule ${rule.id}`, () => {
      const { violations, warnings } = lintOfBreaker(rule.id);
      if (rule.severity === 'warning') {
        assert.ok(warnings.some(({ code }) => code === rule.id));
      } else {
        assert.ok(violations.some(({ detail }) => detail.includes(`(rule ${rule.id}: `)));
      }
    });
  }

  it('points to the members of the request that its rules are about', () => {
    const places = (id: string) => lintOfBreaker(id).violations.map(({ pointer }) => pointer);
    assert.deepEqual(places('subject-attribute-length'), ['/subject']);
    assert.deepEqual(places('dns-name-form'), ['/dnsNames']);
    assert.deepEqual(new Set(places('rsa-key-size')), new Set(['/keyAlgorithm']));
    assert.deepEqual(places('version-3'), ['', '']);
  });

  it('attaches its warnings to the certificate and to its record', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const warningsOf = async (request: Partial<LeafRequest>) => {
      const { certificate } = await world.issue(request);
      assert.deepEqual(world.records.at(-1)?.certificate.warnings, certificate.warnings);
      return certificate.warnings.map(({ code }) => code);
    };
    assert.deepEqual(await warningsOf({ ...hosts('a.b'), keyAlgorithm: 'ecdsa-p521' }), [
      'envoy-p521',
      'application-gateway-key',
    ]);
    assert.deepEqual(await warningsOf(hosts('a.b')), []);
  });
});
