import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import { followDeclarations } from '../../../src/discovery/follow-declarations.ts';
import type { Gateway } from '../../../src/discovery/gateway.ts';
import type { DiscoveryRule } from '../../../src/discovery/permission.ts';
import { PkiError } from '../../../src/errors.ts';
import { NEW_TARGET, NO_REVISION } from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { clusterWith, codesIn, https, istioGateway, shopRule } from './gateways.ts';

/** Targets in memory, and the objects of a cluster that a test changes. */
class World {
  readonly targets = new Map<string, RotationTarget>();
  readonly done: string[] = [];
  gateways: readonly Gateway[] = [];
  workloads = clusterWith([]).workloads;
  rules: readonly DiscoveryRule[] = [shopRule()];
  isKnown = true;
  refusal: PkiError | undefined;

  follow() {
    const { gateways, workloads } = this;
    const view = clusterWith(gateways, { workloads });
    const put = async (verb: string, target: RotationTarget) => {
      if (this.refusal) throw this.refusal;
      this.targets.set(target.name, target);
      this.done.push(`${verb} ${target.dnsNames}`);
    };
    return followDeclarations(
      {
        listTargets: async () =>
          [...this.targets.values()].map((target) => ({
            target,
            isDeclaredInFile: false,
            progress: NEW_TARGET,
            revision: NO_REVISION,
          })),
        createTarget: (target) => put('create', target),
        replaceDeclared: (target) => put('replace', target),
        deleteDeclared: async (name, { removesDestination }) => {
          this.targets.delete(name);
          this.done.push(removesDestination ? 'delete with Secret' : 'delete');
        },
        isKnown: () => this.isKnown,
        isThere: ({ name }) => gateways.some(({ reference }) => reference.name === name),
      },
      declarationsIn(view, this.rules),
    );
  }
}

const front = istioGateway('front', [https(['a.example.org'], 'web')]);

async function worldWith(...gateways: readonly Gateway[]): Promise<World> {
  const world = new World();
  world.gateways = gateways;
  await world.follow();
  world.done.length = 0;
  return world;
}

describe('followDeclarations', () => {
  it('declares what is new, once', async () => {
    const world = new World();
    world.gateways = [front];
    await world.follow();
    await world.follow();
    assert.deepEqual(world.done, ['create a.example.org']);
  });

  it('replaces a target whose hosts have changed', async () => {
    const world = await worldWith(front);
    world.gateways = [istioGateway('front', [https(['b.example.org'], 'web')])];
    await world.follow();
    assert.deepEqual(world.done, ['replace b.example.org']);
  });

  it('forgets the target of an object that is gone, and leaves its Secret', async () => {
    const world = await worldWith(front);
    world.gateways = [];
    await world.follow();
    assert.deepEqual(world.done, ['delete']);
  });

  it('removes the Secret with an object that says so, but not when it only asks no more', async () => {
    const marks = { authority: 'issuing', 'remove-secret': 'true' };
    const world = await worldWith({ ...front, marks });
    world.gateways = [{ ...front, marks: {} }];
    await world.follow();
    assert.deepEqual(world.done, ['delete']);
    world.gateways = [{ ...front, marks }];
    await world.follow();
    world.gateways = [];
    await world.follow();
    assert.equal(world.done.at(-1), 'delete with Secret');
  });

  it('ends what is permitted no more', async () => {
    const world = await worldWith(front);
    world.rules = [];
    await world.follow();
    assert.deepEqual(world.done, ['delete']);
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

  it('tells of what is refused, with its reasons, and goes on with the others', async () => {
    const world = new World();
    world.gateways = [front, istioGateway('second', [https(['b.example.org'], 'api')])];
    const violations = [{ pointer: '/dnsNames/0', detail: 'is not permitted' }];
    world.refusal = new PkiError('request-refused', 'refused', { violations });
    const findings = await world.follow();
    assert.deepEqual(codesIn(findings).toSorted(), ['front: refused', 'second: refused']);
    assert.match(findings[0]?.detail ?? '', /\/dnsNames\/0 is not permitted/);
  });
});
