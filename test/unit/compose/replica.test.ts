import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { thisReplica } from '../../../compose/replica.ts';

describe('a replica', () => {
  it('has a name of its own, and has not ended', () => {
    const [one, other] = [thisReplica(1), thisReplica(2)];
    assert.notEqual(one.identity, other.identity);
    assert.equal(one.hasEnded(one.identity), false);
  });

  it('knows that whoever had its process number before has ended', () => {
    const [now, before] = [thisReplica(), thisReplica()];
    assert.equal(now.hasEnded(before.identity), true);
  });

  it('knows of a process on this machine whether it is still there', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { identity } = thisReplica(child.pid);
    assert.equal(thisReplica().hasEnded(identity), false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(thisReplica().hasEnded(identity), true);
  });

  it('knows nothing of other machines, other namespaces and other names', () => {
    const { hasEnded, identity } = thisReplica();
    const [host = '', rest = ''] = identity.split(/_(.*)/s);
    const others = [
      `other-${identity}`,
      `${host}_999999@1_x`,
      `${host}_${rest.replace('@', '@9')}`,
      '',
    ];
    assert.deepEqual(others.map(hasEnded), [false, false, false, false]);
  });
});
