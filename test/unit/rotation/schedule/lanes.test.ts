import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Lanes } from '../../../../src/rotation/schedule/lanes.ts';
import type { Rank } from '../../../../src/rotation/schedule/rank.ts';
import { TestTicker } from '../../../support/test-ticker.ts';

const CLUSTER = 'kubernetes/';
let ticker: TestTicker;
let lanes: Lanes;
let begun: { readonly name: string; readonly at: number }[];

beforeEach(() => {
  ticker = new TestTicker();
  lanes = new Lanes(ticker, { writesPerSecond: 5, issuesPerSecond: 10 });
  begun = [];
});

function enter(name: string, rank: Partial<Rank> = {}, lane = CLUSTER) {
  return lanes.run(lane, { urgency: 'due', expiry: 0, ...rank }, async () => {
    begun.push({ name, at: ticker.ticks() });
    return name;
  });
}

const order = () => begun.map(({ name }) => name).join(' ');

describe('rotations to one API server', () => {
  it('begin five a second, not one more, and keep the rate', async () => {
    for (let index = 0; index < 100; index += 1) void enter(`${index}`);
    await ticker.advance(10_000);
    assert.ok(begun.length >= 50 && begun.length <= 51, `${begun.length}`);
    const gaps = begun.slice(1).map(({ at }, index) => at - (begun[index]?.at ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 199),
      String(gaps),
    );
  });

  it('come in the order of urgency and then of expiry, whenever they came', async () => {
    void enter('first');
    void enter('due-late', { expiry: 9 });
    void enter('due-soon', { expiry: 2 });
    void enter('broken', { urgency: 'wrong', expiry: 5 });
    void enter('empty', { urgency: 'wrong', expiry: undefined });
    await ticker.advance(0);
    void enter('asked-for', { urgency: 'requested', expiry: 99 });
    await ticker.advance(2_000);
    assert.equal(order(), 'first asked-for empty broken due-soon due-late');
  });

  it('hold up neither another API server nor what has none', async () => {
    void enter('one');
    void enter('two');
    void enter('elsewhere', {}, 'kubernetes/staging');
    for (const name of ['a', 'b', 'c']) void enter(name, {}, '');
    await ticker.advance(0);
    assert.equal(order(), 'one elsewhere a b c');
  });

  it('rest for as long as it asks, whatever is urgent, and hold up nobody else', async () => {
    void enter('first');
    await ticker.advance(0);
    lanes.rest(CLUSTER, 30_000);
    lanes.rest(CLUSTER, 5_000);
    void enter('asked-for', { urgency: 'requested' });
    void enter('due');
    void enter('elsewhere', {}, 'kubernetes/staging');
    await ticker.advance(29_999);
    assert.equal(order(), 'first elsewhere');
    await ticker.advance(1_000);
    assert.equal(order(), 'first elsewhere asked-for due');
  });

  it('give way to a write that a rotation under way has to repeat', async () => {
    void enter('one');
    const repeated = lanes
      .turnToWrite(CLUSTER)
      .then(() => begun.push({ name: 'again', at: ticker.ticks() }));
    void enter('two');
    await ticker.advance(1_000);
    await repeated;
    assert.equal(order(), 'one again two');
    assert.deepEqual(
      begun.map(({ at }) => at),
      [0, 200, 400],
    );
  });

  it('are at most 24 at a time, but for what somebody waits for', async () => {
    lanes = new Lanes(ticker, { writesPerSecond: 'burst', issuesPerSecond: 'unlimited' });
    const { promise: never } = Promise.withResolvers<void>();
    const hang = (urgency: Rank['urgency']) =>
      lanes.run(CLUSTER, { urgency, expiry: 0 }, async () => {
        begun.push({ name: urgency, at: 0 });
        await never;
      });
    for (let index = 0; index < 26; index += 1) void hang('due');
    assert.equal(begun.length, 24);
    void hang('requested');
    assert.equal(begun.length, 25);
    assert.equal(lanes.waiting, 2);
  });

  it('are not begun after an end, and whoever waits hears of it', async () => {
    void enter('one');
    const two = enter('two');
    lanes.stop();
    assert.equal(await two, undefined);
    assert.equal(await enter('three'), undefined);
    await ticker.advance(10_000);
    assert.equal(order(), 'one');
  });
});

it('certificates are issued at a rate of their own', async () => {
  const at: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    void lanes.turnToIssue().then(() => at.push(ticker.ticks()));
  }
  await ticker.advance(1_000);
  assert.deepEqual(at, [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
});

it('a failure of one is its own', async () => {
  const failing = lanes.run(CLUSTER, { urgency: 'due', expiry: 0 }, async () => {
    throw new Error('broken');
  });
  const next = enter('next');
  await assert.rejects(failing, /broken/);
  await ticker.advance(1_000);
  assert.equal(await next, 'next');
});
