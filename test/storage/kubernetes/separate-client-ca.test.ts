import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { DestinationState, DestinationTouch } from '../../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../../src/rotation/target.ts';
import type { SecretWrite } from '../../../storage/kubernetes/apply-configuration.ts';
import { SeparateClientCa } from '../../../storage/kubernetes/separate-client-ca.ts';
import { presentState, secretDestination, secretWrite } from './worlds.ts';

const all = { 'tls.crt': 'chain', 'tls.key': 'key', 'ca.crt': 'authorities' };
const separate = secretDestination({ clientAuthorities: ['issuing'], clientCaSecret: 'separate' });
const same = secretDestination({ clientAuthorities: ['issuing'] });

/** Secrets in memory, each with compare-and-set. */
class MemorySecrets {
  readonly states = new Map<string, DestinationState>();
  readonly order: string[] = [];
  failing: string | undefined;
  #version = 0;

  readonly violationsOf = async () => [];
  readonly announce = async () => undefined;
  readonly clockOffset = () => undefined;
  readonly read = async ({ name }: KubernetesSecretDestination): Promise<DestinationState> =>
    this.states.get(name) ?? { kind: 'absent' };

  readonly write = async ({ name }: KubernetesSecretDestination, write: SecretWrite) => {
    const { files, found, revision, targetName } = write;
    const now = this.states.get(name);
    const isSame = (now?.kind === 'present' ? now.version : undefined) === versionIn(found);
    if (name === this.failing || !isSame) throw new PkiError('target-unavailable', 'not now');
    this.order.push(name);
    this.#version += 1;
    const writer = { target: targetName, isThisService: true };
    const version = String(this.#version);
    this.states.set(name, presentState({ files, revision, writer, version, isAsWritten: true }));
  };

  readonly touched: unknown[] = [];
  readonly touch = async ({ name }: KubernetesSecretDestination, touch: DestinationTouch) => {
    this.touched.push([name, touch.version]);
    return true;
  };

  readonly remove = async ({ name }: KubernetesSecretDestination) => this.states.delete(name);
}

function versionIn(found: SecretWrite['found']): string | undefined {
  return found.kind === 'present' ? found.version : undefined;
}

let secrets: MemorySecrets;
let store: SeparateClientCa;

beforeEach(() => {
  secrets = new MemorySecrets();
  store = new SeparateClientCa(secrets);
});

async function write(destination = separate, revision = 1): Promise<void> {
  const found = await store.read(destination);
  assert.notEqual(found.kind, 'foreign');
  if (found.kind === 'foreign') return;
  await store.write(destination, secretWrite({ files: all, found, revision }));
}

async function readPresent(destination = separate) {
  const state = await store.read(destination);
  assert.equal(state.kind, 'present');
  return state;
}

describe('client authorities in a Secret of their own', () => {
  it('are written first, and read together with the pair as one destination', async () => {
    await write();
    assert.deepEqual(secrets.order, ['web-cacert', 'web']);
    const { files, isAsWritten, revision, writer } = await readPresent();
    assert.deepEqual(files, all);
    assert.deepEqual([isAsWritten, revision, writer?.target], [true, 1, 'web']);
  });

  it('are left alone where the pair is touched, which is as it was judged', async () => {
    await write();
    const { version } = await readPresent();
    assert.equal(await store.touch(separate, { version, time: new Date() }), true);
    const main = secrets.states.get('web');
    assert.deepEqual(secrets.touched, [['web', main?.kind === 'present' ? main.version : '']]);
  });

  it('are written over what was judged, and nothing else, in either Secret', async () => {
    await write();
    const found = await readPresent();
    await write(separate, 2);
    const stale = secretWrite({ files: all, found, revision: 3 });
    await assert.rejects(store.write(separate, stale), /not now/);
    assert.equal((await readPresent()).revision, 2);
  });

  it('that are there without the pair, or the other way round, make a destination that is not as written', async () => {
    secrets.failing = 'web';
    await assert.rejects(write());
    const { isAsWritten, revision, files } = await readPresent();
    assert.deepEqual([isAsWritten, revision, files], [false, 0, { 'ca.crt': 'authorities' }]);
    secrets.failing = undefined;
    await write();
    assert.equal((await readPresent()).isAsWritten, true);
    secrets.states.delete('web-cacert');
    assert.equal((await readPresent()).isAsWritten, false);
  });

  it('are somebody else’s where either Secret is, which is named', async () => {
    await write();
    secrets.states.set('web-cacert', { kind: 'foreign', owner: 'cert-manager' });
    assert.deepEqual(await store.read(separate), {
      kind: 'foreign',
      owner: 'cert-manager, as to Secret "web-cacert"',
    });
  });

  it('of another target stand in the way', async () => {
    await write();
    const writer = { target: 'other', isThisService: true };
    secrets.states.set('web-cacert', presentState({ writer }));
    assert.match((await readPresent()).obstacle ?? '', /"web-cacert" is kept by target "other"/);
  });

  it('go away with the target, and with the wish to have them apart', async () => {
    await write();
    await write(same, 2);
    assert.deepEqual([...secrets.states.keys()], ['web']);
    assert.deepEqual((await readPresent(same)).files, all);
    await write(separate, 3);
    assert.equal(await store.remove(separate, 'web'), true);
    assert.deepEqual([...secrets.states.keys()], []);
  });

  it('are no affair of a target that has none', async () => {
    const plain = secretDestination({ clientCaSecret: 'separate' });
    await store.write(plain, secretWrite());
    assert.deepEqual(secrets.order, ['web']);
  });
});
