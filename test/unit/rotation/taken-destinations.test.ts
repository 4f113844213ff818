import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { doOverlap } from '../../../src/rotation/overlap.ts';
import { TakenDestinations } from '../../../src/rotation/taken-destinations.ts';
import type { Destination, RotationTarget } from '../../../src/rotation/target.ts';
import { testTarget } from '../../support/rotation.ts';

const contents = { includeRoot: true, clientTrust: 'issuer' } as const;
const name = fc.constantFrom('web', 'web-cacert', 'api');
const clientAuthorities = fc.constantFrom([], ['clients']);
const destination: fc.Arbitrary<Destination> = fc
  .oneof(
    fc.record({
      ...{ type: fc.constant('kubernetesSecret' as const), name, clientAuthorities },
      context: fc.constantFrom('east', 'west'),
      namespace: fc.constantFrom('shop', 'bank'),
      secretType: fc.constant('Opaque' as const),
      clientCaSecret: fc.constantFrom('same' as const, 'separate' as const),
      adopt: fc.constant(false),
    }),
    fc.record({ type: fc.constant('sds' as const), name, clientAuthorities }),
    fc.record({
      ...{ type: fc.constant('directory' as const), clientAuthorities },
      path: fc.constantFrom('/tls', '/tls/web', '/tls/web/a', '/tls/webs', '/other'),
      keyMode: fc.constant('0600' as const),
    }),
  )
  .map((one) => ({ ...one, ...contents }));

it('a rival is found among those near exactly where one overlaps among all, by its latest declaration', () => {
  const named = (target: string, at: Destination): RotationTarget => ({
    ...testTarget({ name: target }),
    destination: at,
  });
  fc.assert(
    fc.property(
      fc.array(destination, { maxLength: 6 }),
      destination,
      destination,
      (all, before, one) => {
        const others = all.map((at, index) => named(`other-${index}`, at));
        const taken = new TakenDestinations([named('other-0', before), ...others]);
        const isTaken = (others.length > 0 ? others : [named('other-0', before)]).some((other) =>
          doOverlap(other.destination, one),
        );
        assert.equal(taken.rivalOf(named('one', one)) !== undefined, isTaken);
      },
    ),
  );
});

it('thousands of folders beside each other are not compared in pairs', () => {
  let compared = 0;
  const folder = (index: number): RotationTarget => ({
    ...testTarget({ name: `t-${index}` }),
    destination: {
      ...testTarget().destination,
      get path() {
        compared += 1;
        return `/tls/${index}`;
      },
    },
  });
  const taken = new TakenDestinations([]);
  for (let index = 0; index < 5_000; index += 1) {
    assert.equal(taken.rivalOf(folder(index)), undefined);
    taken.add(folder(index));
  }
  assert.ok(compared < 100_000, `${compared} times`);
});
