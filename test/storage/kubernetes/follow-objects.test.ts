import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../e2e/rig/until.ts';
import { FakeObjects } from './fake-objects.ts';
import { failing, follower, thing } from './follower.ts';

/** Nearly what etcd takes, in Base64. */
const LARGE = 'x'.repeat(1_200_000);

describe('followObjects', () => {
  it('lists page after page, and then hears of every change once and in order', async (t) => {
    const fake = await FakeObjects.start(t);
    for (let index = 0; index < 1_201; index += 1) fake.set(thing(`t${index}`));
    const { seen, heard, untilLive } = await follower(t, fake);
    await untilLive();
    assert.equal(seen.size, 1_201);
    assert.equal(fake.lists(), 3);
    fake.set(thing('new'));
    fake.set(thing('t5'));
    fake.delete('new');
    await until('all is heard', () => heard.length === 4);
    assert.deepEqual(heard, ['list', 'new', 't5', '-new']);
  });

  it('goes on after a cut connection where it was, without another list', async (t) => {
    const fake = await FakeObjects.start(t);
    const { heard, untilLive, untilSeen } = await follower(t, fake);
    await untilLive();
    fake.set(thing('a'));
    await untilSeen('a');
    fake.cut();
    fake.set(thing('b'));
    await untilSeen('a', 'b');
    assert.deepEqual(heard, ['list', 'a', 'b']);
  });

  it('goes on from a bookmark, so that a long quiet time does not make the watch too old', async (t) => {
    const fake = await FakeObjects.start(t);
    const { untilLive, untilSeen } = await follower(t, fake);
    await untilLive();
    fake.compact();
    fake.bookmark();
    fake.endWatches();
    await untilLive(2);
    fake.set(thing('a'));
    await untilSeen('a');
    assert.equal(fake.lists(), 1);
    const asked = fake.asked.find(({ kind }) => kind === 'watch');
    assert.equal(asked?.url.searchParams.get('allowWatchBookmarks'), 'true');
  });

  it('lists anew where its version has expired (410), and knows what has gone meanwhile', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(thing('a'));
    const { untilLive, untilSeen } = await follower(t, fake);
    await untilLive();
    fake.fault = ({ kind }) => (kind === 'watch' ? 'reset' : undefined);
    fake.cut();
    fake.delete('a');
    fake.set(thing('b'));
    fake.compact();
    fake.fault = () => undefined;
    await untilSeen('b');
    assert.equal(fake.lists(), 2);
  });

  it('lists anew where the watch is ended with an ERROR event of code 410', async (t) => {
    const fake = await FakeObjects.start(t);
    const status = { kind: 'Status', code: 410, reason: 'Expired' };
    failing(fake, 'watch', 1, { lines: `${JSON.stringify({ type: 'ERROR', object: status })}\n` });
    const { failures, untilLive } = await follower(t, fake);
    await until('there is another list', () => fake.lists() === 2);
    await untilLive();
    assert.deepEqual(
      failures.map(({ kind }) => kind),
      ['expired'],
    );
  });

  it('reads fewer objects at a time where they are large, and all of them', async (t) => {
    const fake = await FakeObjects.start(t);
    for (let index = 0; index < 40; index += 1) fake.set({ ...thing(`t${index}`), data: LARGE });
    const { seen, failures, untilLive } = await follower(t, fake);
    await untilLive();
    assert.deepEqual([seen.size, failures], [40, []]);
    const pages = fake.asked.filter(({ kind }) => kind === 'list');
    const limits = pages.map(({ url }) => Number(url.searchParams.get('limit')));
    assert.deepEqual(limits, [500, 63, 8, 8, 8, 8, 8]);
  });

  it('takes a list in one piece where its next page has expired', async (t) => {
    const fake = await FakeObjects.start(t);
    for (let index = 0; index < 600; index += 1) fake.set(thing(`t${index}`));
    let isFirst = true;
    fake.fault = ({ url }) => {
      if (!(isFirst && url.searchParams.has('continue'))) return undefined;
      isFirst = false;
      return { status: 410 };
    };
    const { seen, untilLive } = await follower(t, fake);
    await untilLive();
    assert.equal(seen.size, 600);
    assert.equal(fake.asked.filter(({ url }) => url.searchParams.has('limit')).length, 2);
  });
});
