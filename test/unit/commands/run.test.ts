import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { run } from '../../../api/commands/run.ts';
import { fakeService, PLAIN, targetJson } from './fake-service.ts';

const LIST = 'GET /v1/rotation/targets';
const RUN = 'POST /v1/rotation/run';

const rotated = { target: 'a', outcome: 'rotated', reasons: ['due'], serialNumber: 'a-2' };
const failed = {
  ...{ target: 'b', outcome: 'failed', reasons: [], serialNumber: 'b-1' },
  error: 'the cluster does not answer',
};
const current = { target: 'c', outcome: 'current', reasons: [], serialNumber: 'c-1' };

describe('rotation run', () => {
  it('tells of a target while the pass is still under way, and of none twice', async () => {
    const { promise: pass, resolve: endPass } = Promise.withResolvers<object>();
    const told: string[] = [];
    let looks = 0;
    const list = () => {
      looks += 1;
      // Looking may fail in the middle; the pass goes on.
      if (looks === 2) throw new Error('busy');
      const changes = looks > 2 ? { serialNumber: 'a-2' } : {};
      return { items: [targetJson('a', changes), targetJson('b'), targetJson('c')] };
    };
    const { deps } = fakeService(
      { [LIST]: list, [RUN]: () => pass },
      {
        write: (text: string) => {
          told.push(text);
          if (text.startsWith('rotated')) endPass({ items: [rotated, failed, current] });
        },
      },
    );
    // It only ends because the first line comes before the pass does.
    assert.equal(await run(deps, PLAIN), 1);
    assert.deepEqual(told.join('').split('\n'), [
      'rotated  a: a-2',
      'failed   b: the cluster does not answer',
      '1 rotated, 1 failed, 1 current, in 0s',
      '',
    ]);
  });

  it('ends with 0 where nothing failed, and tells of all at the end where it was quick', async () => {
    const answers = {
      [LIST]: () => ({ items: [] }),
      [RUN]: () => ({ items: [rotated, current] }),
    };
    const { deps, written } = fakeService(answers);
    assert.equal(await run(deps, PLAIN), 0);
    assert.equal(
      written.join(''),
      'rotated  a: a-2 (due)\n1 rotated, 0 failed, 1 current, in 0s\n',
    );
  });

  it('looks at nothing for a program, which has the answer of the pass', async () => {
    const { deps, written } = fakeService({ [RUN]: () => ({ items: [failed] }) });
    assert.equal(await run(deps, { ...PLAIN, isJson: true }), 1);
    assert.deepEqual(JSON.parse(written.join('')), { items: [failed] });
  });
});
