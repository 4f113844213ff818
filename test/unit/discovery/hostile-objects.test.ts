import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Gateway, Server } from '../../../src/discovery/gateway.ts';
import { hostileHost } from '../../support/hostile-leaf-requests.ts';
import { NOW } from '../../support/issuance.ts';
import { RESTATED } from '../../support/narrow-profile.ts';
import { assertLeafPolicy } from '../../support/restated-policy/assert-policy.ts';
import { pathOf, WORLDS } from '../issuance/constrained-worlds.ts';
import { DiscoveringWorld } from './discovering-world.ts';
import { codesIn, https, istioGateway, plainGateway } from './gateways.ts';

/** A property that holds because everything is refused says nothing. */
const LEAST = 3;
const RUNS = { numRuns: 150 };

/** An object says nothing of a subject, without which authorities from elsewhere grant nothing. */
const [ours, byAnOperator] = WORLDS;
const CASES = [
  { ...ours, profiles: ['server', 'client', 'server-client'] },
  { ...byAnOperator, profiles: ['narrow', 'narrow', 'server'] },
] as const;

/** Hosts as Gateways write them, with namespaces before them, in capitals, or no hosts at all. */
const host = fc.oneof(
  { arbitrary: hostileHost, weight: 6 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('*', '.', 'shop'), hostileHost)
      .map((both) => both.join('/')),
    weight: 1,
  },
  { arbitrary: fc.constantFrom('*', '', './', 'a/b/www.example.net', 'a.example.org/'), weight: 1 },
);

/** Annotations: wishes that the rules permit, most of the time. */
function marksFor(profiles: readonly string[]) {
  return fc.record(
    {
      authority: fc.constantFrom('issuing', 'issuing', 'issuing', 'issuing', 'root', 'nobody', ''),
      profile: fc.constantFrom(...profiles, ...profiles, 'root', 'no profile', '__proto__'),
      'client-authorities': fc.constantFrom('issuing', 'nobody', ' , ', 'root,issuing'),
      adopt: fc.constantFrom('true', 'false', 'TRUE'),
      validity: fc.constantFrom('999999y'),
    },
    { requiredKeys: ['authority', 'profile'] },
  );
}

/** Objects that name Secrets of their own, or each other's. */
function objectsFor(profiles: readonly string[]): fc.Arbitrary<readonly Gateway[]> {
  const server: fc.Arbitrary<Server> = fc
    .tuple(
      fc.array(host, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('web', 'api', 'Not A Name', '../web', 'web-cacert'),
      fc.boolean(),
    )
    .map(([hosts, secret, isMutual]) => https(hosts, secret, { isMutual }));
  const object = fc.tuple(
    fc.constantFrom(istioGateway, plainGateway),
    fc.constantFrom('one', 'two'),
    fc.array(server, { minLength: 1, maxLength: 2 }),
    marksFor(profiles),
  );
  return fc
    .uniqueArray(object, { minLength: 1, maxLength: 2, selector: ([, name]) => name })
    .map((all) => all.map(([make, name, servers, marks]) => ({ ...make(name, servers), marks })));
}

for (const { whose, world, profiles } of CASES) {
  describe(`every certificate that the objects of a cluster are given below ${whose}`, () => {
    it('keeps the policy, whatever they ask for', async () => {
      const discovering = await DiscoveringWorld.below(world, profiles);
      let count = 0;
      await fc.assert(
        fc.asyncProperty(objectsFor(profiles), async (gateways) => {
          const before = world.records.length;
          const written = await discovering.follow(gateways);
          const issued = world.records.slice(before).map(({ certificate }) => certificate);
          for (const { der, authority, profile: name } of issued) {
            const profile = RESTATED[name] ?? assert.fail(name);
            assertLeafPolicy(der, pathOf(world, authority), { profile, now: NOW });
          }
          const serialNumbers = issued.map(({ serialNumber }) => serialNumber);
          for (const chain of written) {
            const { serialNumber } = new X509Certificate(chain);
            assert.ok(serialNumbers.includes(serialNumber.toLowerCase()));
          }
          count += written.length;
        }),
        RUNS,
      );
      assert.ok(count > LEAST, `${count} granted`);
    });
  });
}

describe('an object with more hosts than a certificate can be read back with', () => {
  it('is refused by itself, and keeps no other from its certificate', async () => {
    const discovering = await DiscoveringWorld.below(ours.world, ['server']);
    const many = Array.from({ length: 1_500 }, (_, at) => `host-${at}.example.org`);
    const written = await discovering.follow([
      istioGateway('large', [https(many, 'large')]),
      istioGateway('small', [https(['a.example.org'], 'small')]),
    ]);
    assert.deepEqual(codesIn(discovering.findings), ['large: refused']);
    assert.match(discovering.findings[0]?.detail ?? '', /at most 100 names/);
    assert.equal(written.length, 1);
  });
});
