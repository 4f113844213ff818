import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import { PkiError, type Violation } from '../../../src/errors.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { createTarget, deleteTarget, replaceTarget } from '../../../src/rotation/declare-target.ts';
import { followFile } from '../../../src/rotation/follow-file.ts';
import {
  NEW_TARGET,
  NO_REVISION,
  type TargetRecord,
} from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const SHOP = testTarget();
let world: RotationWorld;
let violations: readonly Violation[];

beforeEach(async () => {
  world = await RotationWorld.create();
  violations = [];
});

function deps() {
  const { records, audit, clock, listTargets, findTarget, rotation, destinations } = world;
  const keep = (record: { target: RotationTarget; isDeclaredInFile: boolean }) => {
    records.set(record.target.name, { progress: NEW_TARGET, revision: NO_REVISION, ...record });
  };
  return {
    now: clock.now,
    listTargets,
    findTarget,
    rotation,
    destinations,
    leafProfileOf: new Profiles().leafProfileOf,
    violationsOf: async () => violations,
    lastingViolationsOf: async () => violations,
    addTarget: async (record: Parameters<typeof keep>[0], entry: AuditEntry) => {
      keep(record);
      audit.push(entry);
    },
    replaceTarget: async (
      changed: Pick<TargetRecord, 'target' | 'progress'>,
      entry: AuditEntry,
    ) => {
      keep({ isDeclaredInFile: false, ...records.get(changed.target.name), ...changed });
      audit.push(entry);
    },
    removeTarget: async (name: string, entries: readonly AuditEntry[]) => {
      records.delete(name);
      audit.push(...entries);
    },
    followFile: async (changes: Parameters<Parameters<typeof followFile>[0]['followFile']>[0]) => {
      for (const record of changes.records) records.set(record.target.name, record);
      for (const name of changes.dropped) records.delete(name);
      audit.push(...changes.auditEntries);
    },
  };
}

/** Until no pass is at work on the target. */
async function idle(name = 'shop') {
  await world.rotation.whileIdle(name, async () => undefined);
}

function actions() {
  return world.audit.map(({ action }) => action);
}

describe('a new target', () => {
  it('is answered before its first pass, which begins at once', async () => {
    const { progress } = await createTarget(deps(), SHOP, OPERATOR);
    assert.equal(progress.status.state, 'pending');
    await idle();
    assert.equal(world.status()?.state, 'current');
    assert.deepEqual(actions(), ['target.created', 'destination.written']);
  });

  it('is refused under a name that is taken', async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    const again = createTarget(
      deps(),
      testTarget({ destination: { path: '/tls/else' } }),
      OPERATOR,
    );
    await assert.rejects(again, { code: 'name-taken' });
  });

  it('is refused for a destination that another target has, and says where', async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    const rival = testTarget({ name: 'rival', destination: { path: '/tls/shop' } });
    await assert.rejects(createTarget(deps(), rival, OPERATOR), (error: PkiError) => {
      assert.equal(error.code, 'name-taken');
      assert.deepEqual(
        error.violations.map(({ pointer }) => pointer),
        ['/destination'],
      );
      return true;
    });
    assert.equal(world.records.has('rival'), false);
  });

  it('is refused with all that would keep it from being rotated, and begins no pass', async () => {
    violations = [{ pointer: '/dnsNames/0', detail: 'is no name' }];
    await assert.rejects(createTarget(deps(), SHOP, OPERATOR), { code: 'request-refused' });
    await idle();
    assert.equal(world.passes.length, 0);
  });
});

describe('another declaration of a target', () => {
  it('is followed at once, and leaves what the old one has written', async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    await idle();
    await replaceTarget(deps(), testTarget({ destination: { path: '/tls/new' } }), OPERATOR);
    await idle();
    assert.deepEqual([...world.destinations.states.keys()], ['/tls/shop', '/tls/new']);
  });

  it('may keep its own destination', async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    await replaceTarget(deps(), testTarget({ validity: '60d' }), OPERATOR);
    assert.equal(world.records.get('shop')?.target.validity, '60d');
  });

  it('is refused for a target that nobody has declared', async () => {
    await assert.rejects(replaceTarget(deps(), SHOP, OPERATOR), { code: 'target-unknown' });
  });
});

describe('the end of a target', () => {
  const ends = (removesDestination: boolean) => {
    return deleteTarget(deps(), 'shop', { actor: OPERATOR, removesDestination });
  };

  beforeEach(async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    await idle();
  });

  it('leaves its destination', async () => {
    await ends(false);
    assert.equal(world.records.size, 0);
    assert.equal(world.destinations.states.size, 1);
    assert.equal(actions().at(-1), 'target.deleted');
  });

  it('takes its destination with it where that is asked for', async () => {
    await ends(true);
    assert.equal(world.destinations.states.size, 0);
    assert.deepEqual(actions().slice(-2), ['destination.removed', 'target.deleted']);
  });

  it('does not come where the destination cannot be removed', async () => {
    world.destinations.beforeWrite = () => {
      throw new PkiError('target-unavailable', 'the cluster does not answer');
    };
    await assert.rejects(ends(true), { code: 'target-unavailable' });
    assert.equal(world.records.size, 1);
    assert.equal(actions().includes('target.deleted'), false);
  });

  it('waits for a pass that is at work, so that nothing is written after it', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    world.destinations.beforeRead = () => {
      reach();
      return gate;
    };
    const pass = world.rotation.rotate('shop', OPERATOR);
    await reached;
    const end = ends(true);
    open();
    await Promise.all([pass, end]);
    assert.equal(world.destinations.states.size, 0);
  });
});

describe('the targets of the settings file', () => {
  it('follow the file, and one that it drops leaves its destination', async () => {
    await followFile(deps(), [SHOP, testTarget({ name: 'api' })]);
    await world.rotation.runScheduled();
    await followFile(deps(), [testTarget({ name: 'api', validity: '60d' })]);
    assert.deepEqual([...world.records.keys()], ['api']);
    assert.equal(world.records.get('api')?.target.validity, '60d');
    assert.equal(world.destinations.states.size, 2);
  });

  it('are changed by the file alone', async () => {
    await followFile(deps(), [SHOP]);
    const refusal = { code: 'target-declared-in-file' };
    await assert.rejects(replaceTarget(deps(), SHOP, OPERATOR), refusal);
    const options = { actor: OPERATOR, removesDestination: false };
    await assert.rejects(deleteTarget(deps(), 'shop', options), refusal);
  });

  it('keep their progress and are no news to the journal while the file says the same', async () => {
    await followFile(deps(), [SHOP]);
    await world.rotation.runScheduled();
    const before = actions().length;
    await followFile(deps(), [SHOP]);
    assert.equal(actions().length, before);
    assert.equal(world.status()?.state, 'current');
  });

  it('take over a target that was declared by the HTTP API, and leave the others alone', async () => {
    await createTarget(deps(), SHOP, OPERATOR);
    await createTarget(deps(), testTarget({ name: 'api' }), OPERATOR);
    await followFile(deps(), [SHOP]);
    assert.equal(world.records.get('shop')?.isDeclaredInFile, true);
    assert.equal(world.records.get('api')?.isDeclaredInFile, false);
  });

  it('are refused where one could never be rotated, and change nothing', async () => {
    await followFile(deps(), [SHOP]);
    violations = [{ pointer: '/0/dnsNames/0', detail: 'is excluded' }];
    const refusal = { code: 'request-refused', violations };
    await assert.rejects(followFile(deps(), [testTarget({ name: 'api' })]), refusal);
    assert.deepEqual([...world.records.keys()], ['shop']);
  });

  it('that were mended in the file are tried at the next start, whenever they failed last', async () => {
    await followFile(deps(), [testTarget({ authority: 'nobody' })]);
    await world.rotation.runScheduled();
    assert.equal(world.status()?.state, 'failing');
    await followFile(deps(), [SHOP]);
    await world.rotation.runScheduled();
    assert.equal(world.status()?.state, 'current');
  });
});
