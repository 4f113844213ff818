import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inGroups, nextStep } from '../../src/in-step.ts';

describe('work in groups', () => {
  it('begins together, and does each step before anybody does the next', async () => {
    const turn = inGroups(16);
    const seen: string[] = [];
    const work = async (name: string) => {
      await turn();
      seen.push(`${name} reads`);
      await nextStep();
      seen.push(`${name} checks`);
      await nextStep();
      seen.push(`${name} signs`);
    };
    await Promise.all([work('a'), work('b')]);
    assert.deepEqual(seen, ['a reads', 'b reads', 'a checks', 'b checks', 'a signs', 'b signs']);
  });

  it('lets the event loop hear others between one group and the next', async () => {
    const turn = inGroups(2);
    const seen: string[] = [];
    const work = async (name: string) => {
      await turn();
      if (name === 'a') setTimeout(() => seen.push('somebody else'), 0);
      const until = performance.now() + 2;
      while (performance.now() < until);
      seen.push(name);
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(work));
    assert.deepEqual(seen, ['a', 'b', 'somebody else', 'c', 'd', 'e']);
  });

  it('begins again after a time in which nobody came', async () => {
    const turn = inGroups(1);
    await Promise.all([turn(), turn(), turn()]);
    await turn();
    await Promise.all([turn(), turn()]);
  });
});
