import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Leadership } from '../../../src/election/leadership.ts';

/** A lock that a test decides about. */
function part() {
  const state = { isLeader: false, wins: true, error: undefined as Error | undefined, tries: 0 };
  return Object.assign(state, {
    tryOnce: async () => {
      state.tries += 1;
      if (state.error) throw state.error;
      state.isLeader = state.wins;
    },
    release: async () => {
      state.isLeader = false;
    },
  });
}

function world(hasCluster = true) {
  const [database, cluster] = [part(), part()];
  const changes: boolean[] = [];
  const unreachable: string[] = [];
  const leadership = new Leadership({
    database,
    cluster: hasCluster ? cluster : undefined,
    onChange: (leads) => changes.push(leads),
    onUnreachable: (lock) => unreachable.push(lock),
  });
  return { database, cluster, changes, unreachable, leadership };
}

describe('leadership', () => {
  it('takes both locks, and tells a change once', async () => {
    const { leadership, changes, database, cluster } = world();
    await leadership.tryOnce();
    await leadership.tryOnce();
    assert.equal(leadership.leads, true);
    cluster.wins = false;
    await leadership.tryOnce();
    assert.equal(leadership.leads, false);
    cluster.wins = true;
    database.wins = false;
    await leadership.tryOnce();
    assert.deepEqual(changes, [true, false]);
  });

  it('asks for the cluster’s lock only with that of the database, and gives it back without', async () => {
    const { leadership, database, cluster } = world();
    database.wins = false;
    await leadership.tryOnce();
    assert.equal(cluster.tries, 0);
    database.wins = true;
    await leadership.tryOnce();
    assert.equal(cluster.isLeader, true);
    database.wins = false;
    await leadership.tryOnce();
    assert.equal(cluster.isLeader, false);
  });

  it('goes by the database alone while the API server is silent, and says so once', async () => {
    const { leadership, cluster, unreachable, database } = world();
    cluster.error = new Error('down');
    await leadership.tryOnce();
    await leadership.tryOnce();
    assert.equal(leadership.leads, true);
    assert.deepEqual(unreachable, ['cluster']);
    database.wins = false;
    await leadership.tryOnce();
    assert.equal(leadership.leads, false);
  });

  it('needs no cluster', async () => {
    const { leadership } = world(false);
    await leadership.tryOnce();
    assert.equal(leadership.leads, true);
  });

  it('ends with the service, and gives the locks back', async () => {
    const { leadership, database, cluster } = world();
    await leadership.tryOnce();
    await leadership.stop();
    assert.deepEqual(
      [leadership.leads, database.isLeader, cluster.isLeader],
      [false, false, false],
    );
    await leadership.tryOnce();
    assert.equal(leadership.leads, false);
  });
});
