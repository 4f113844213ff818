import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_TARGETS_OF_NAMESPACE, MAX_TARGETS_OF_OBJECT } from '../../../src/discovery/bounds.ts';
import type { Gateway } from '../../../src/discovery/gateway.ts';
import { DeclaringWorld } from './declaring-world.ts';
import { clusterWith, codesIn, https, istioGateway, shopRule } from './gateways.ts';

/** A Gateway with so many Secrets, each for a host of its own. */
function large(name: string, secrets: number, first = 0): Gateway {
  const numbers = Array.from({ length: secrets }, (_, at) => `${name}-${first + at}`);
  return istioGateway(
    name,
    numbers.map((one) => https([`${one}.example.org`], one)),
  );
}

const front = istioGateway('front', [https(['a.example.org'], 'web')]);

async function worldWith(...gateways: readonly Gateway[]): Promise<DeclaringWorld> {
  const world = new DeclaringWorld();
  world.gateways = gateways;
  await world.follow();
  world.done.length = 0;
  return world;
}

describe('followDeclarations', () => {
  it('declares what is new, once', async () => {
    const world = new DeclaringWorld();
    world.gateways = [front];
    await world.follow();
    await world.follow();
    assert.deepEqual(world.done, ['target.created a.example.org']);
  });

  it('replaces a target whose hosts have changed', async () => {
    const world = await worldWith(front);
    world.gateways = [istioGateway('front', [https(['b.example.org'], 'web')])];
    await world.follow();
    assert.deepEqual(world.done, ['target.replaced b.example.org']);
  });

  it('forgets the target of an object that is gone, and leaves its Secret', async () => {
    const world = await worldWith(front);
    world.gateways = [];
    await world.follow();
    assert.deepEqual(world.done, ['target.deleted']);
  });

  it('removes the Secret with an object that says so, but not when it only asks no more', async () => {
    const marks = { authority: 'issuing', 'remove-secret': 'true' };
    const world = await worldWith({ ...front, marks });
    world.gateways = [{ ...front, marks: {} }];
    await world.follow();
    assert.deepEqual(world.done, ['target.deleted']);
    world.gateways = [{ ...front, marks }];
    await world.follow();
    world.gateways = [];
    await world.follow();
    assert.deepEqual(world.done.slice(-2), ['destination.removed', 'target.deleted']);
  });

  it('ends what is permitted no more', async () => {
    const world = await worldWith(front);
    world.rules = [];
    await world.follow();
    assert.deepEqual(world.done, ['target.deleted']);
  });

  it('takes nothing away while it is not known what there is', async () => {
    const world = await worldWith(front);
    world.gateways = [];
    world.isKnown = false;
    await world.follow();
    assert.deepEqual(world.done, []);
  });

  it('takes nothing away while it is not known where the workload is', async () => {
    const world = await worldWith(front);
    world.workloads = [];
    await world.follow();
    assert.deepEqual(world.done, []);
    world.workloads = clusterWith([]).workloads;
    await world.follow();
    assert.deepEqual(world.done, []);
  });

  it('leaves targets that a person has declared alone, whatever their name', async () => {
    const world = await worldWith(front);
    const [target] = [...world.targets.values()];
    assert.ok(target);
    const { declaredBy: _, ...byHand } = target;
    world.targets.set(target.name, byHand);
    const findings = await world.follow();
    assert.deepEqual(codesIn(findings), ['front: refused']);
    world.gateways = [];
    await world.follow();
    assert.deepEqual(world.done, []);
  });

  it('leaves its Secret to an object that was deleted and made anew, though a rival is older by now', async () => {
    const rival = istioGateway('rival', [https(['b.example.org'], 'web')], {
      createdAt: '2030-01-02T00:00:00Z',
      marks: { authority: 'issuing', profile: 'client' },
    });
    const world = new DeclaringWorld();
    world.rules = [shopRule({ profiles: ['server', 'client'] })];
    world.gateways = [front, rival];
    await world.follow();
    world.done.length = 0;
    world.gateways = [{ ...front, uid: 'anew', createdAt: '2030-01-03T00:00:00Z' }, rival];
    await world.follow();
    assert.deepEqual(world.done, []);
    world.gateways = [rival];
    await world.follow();
    assert.deepEqual(world.done, ['target.replaced b.example.org']);
  });

  it('tells of what is refused, with its reasons, and goes on with the others', async () => {
    const world = new DeclaringWorld();
    world.gateways = [front, istioGateway('second', [https(['b.example.org'], 'api')])];
    world.violations = [{ pointer: '/dnsNames/0', detail: 'is not permitted' }];
    const findings = await world.follow();
    assert.deepEqual(codesIn(findings).toSorted(), ['front: refused', 'second: refused']);
    assert.match(findings[0]?.detail ?? '', /\/dnsNames\/0 is not permitted/);
  });
});

describe('followDeclarations, of very many', () => {
  const four = ['a', 'b', 'c', 'd'].map((name) => large(name, MAX_TARGETS_OF_OBJECT));

  it('looks at all targets a few times for 2,000 that it declares, and once where nothing has changed', async () => {
    const world = await worldWith(...four);
    assert.equal(world.targets.size, 2_000);
    assert.deepEqual(world.looks, { all: 5, one: 2_000 });
    await world.follow();
    assert.deepEqual(world.looks, { all: 6, one: 2_000 });
    assert.deepEqual(world.done, []);
  });

  it('declares so many for one object, and tells on it of the hosts that have nothing', async () => {
    const world = new DeclaringWorld();
    world.gateways = [large('greedy', MAX_TARGETS_OF_OBJECT + 2), front];
    const findings = await world.follow();
    assert.deepEqual(codesIn(findings), ['greedy: too-many-secrets']);
    assert.match(findings[0]?.detail ?? '', /one object may have 500 Secrets supplied/);
    assert.equal(findings[0]?.hosts.length, 2);
    assert.equal(world.targets.size, MAX_TARGETS_OF_OBJECT + 1);
  });

  it('declares so many for one namespace, and tells of the others', async () => {
    const world = new DeclaringWorld();
    world.gateways = [...four, front];
    const findings = await world.follow();
    assert.equal(world.targets.size, MAX_TARGETS_OF_NAMESPACE);
    assert.match(findings[0]?.detail ?? '', /of namespace "shop" may have 2000 Secrets supplied/);
  });

  it('takes nothing away from an object that comes to ask for too many, wherever it names the new ones', async () => {
    const world = await worldWith(large('greedy', MAX_TARGETS_OF_OBJECT));
    const before = [...world.targets.keys()];
    const { servers } = large('greedy', MAX_TARGETS_OF_OBJECT + 9, -9);
    world.gateways = [{ ...large('greedy', 0), servers }];
    const findings = await world.follow();
    assert.deepEqual([...world.targets.keys()], before);
    assert.equal(findings[0]?.hosts.length, 9);
    assert.deepEqual(world.done, []);
  });

  it('counts what stays because it is not known where it belongs now', async () => {
    const world = await worldWith(large('greedy', MAX_TARGETS_OF_OBJECT));
    const away = { ...large('greedy', MAX_TARGETS_OF_OBJECT), selector: { istio: 'nowhere' } };
    world.gateways = [away, large('greedy', 1, MAX_TARGETS_OF_OBJECT)];
    const findings = await world.follow();
    assert.equal(world.targets.size, MAX_TARGETS_OF_OBJECT);
    assert.ok(codesIn(findings).includes('greedy: too-many-secrets'));
  });
});
