import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { FOREIGN, UNREACHABLE } from '../support/fake-destinations.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import {
  declared,
  directoryTarget,
  inFile,
  secretTarget,
  type TargetJson,
} from './targets-on-the-wire.ts';

const { api, clock, distribution, newDirectory, declareInFile } = await startApi();
const targets = '/v1/rotation/targets';
const DAY_MS = 86_400_000;

interface Page {
  readonly items: readonly TargetJson[];
  readonly nextCursor: string | null;
}

async function page(query = ''): Promise<Page> {
  const reply = await api.get(targets + query);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Page>();
}

async function names(query = ''): Promise<readonly string[]> {
  return (await page(query)).items.map(({ name }) => name);
}

/** By name: what each is, and what the list is to make of it. */
await declareInFile(inFile(newDirectory()));
for (const [name, validity] of [
  ['a-month', '30d'],
  ['b-month', '30d'],
  ['week', '7d'],
] as const) {
  await declared(api, directoryTarget(newDirectory(), { name, validity }));
}
await declared(api, secretTarget(UNREACHABLE, { name: 'unreachable' }));
await declared(api, secretTarget(FOREIGN, { name: 'foreign' }));

/** Rotations are spread, so that those of one day come in an order that their own times tell. */
const months: { name: string; at: string }[] = [];
for (const name of ['a-month', 'b-month', 'from-file']) {
  const { status } = (await api.get(`${targets}/${name}`)).json<TargetJson>();
  months.push({ name, at: status.nextRotationAt ?? '' });
}
const MONTHS = months
  .toSorted((one, other) => (one.at < other.at ? -1 : 1))
  .map(({ name }) => name);
const URGENT = ['foreign', 'unreachable', 'week', ...MONTHS];

describe('GET /v1/rotation/targets', () => {
  it('200: all of them, what needs a person first, then what is due first, then by name', async () => {
    assert.deepEqual(await names(), URGENT);
    assert.equal((await page()).nextCursor, null);
  });

  it('200: those in one state', async () => {
    assert.deepEqual(await names('?state=conflict'), ['foreign']);
    assert.deepEqual(await names('?state=current'), URGENT.slice(2));
    assert.deepEqual(await names('?state=pending'), []);
  });

  it('200: in pages, each of which goes on where the last one ended', async () => {
    const found: string[] = [];
    let query = '?limit=4';
    for (;;) {
      const { items, nextCursor } = await page(query);
      found.push(...items.map(({ name }) => name));
      if (nextCursor === null) break;
      assert.equal(items.length, 4);
      query = `?limit=4&cursor=${nextCursor}`;
    }
    assert.deepEqual(found, URGENT);
  });

  it('200: the rest of the list, where a cursor comes without a limit', async () => {
    const { nextCursor } = await page('?limit=2&state=current');
    assert.deepEqual(await names(`?state=current&cursor=${nextCursor}`), MONTHS.slice(1));
  });

  it('200: what has ended comes before what is only due, and after a place that has nothing', async () => {
    clock.advance(8 * DAY_MS);
    assert.deepEqual(await names(), URGENT);
    assert.deepEqual(await names('?state=due'), ['week']);
    clock.advance(13 * DAY_MS);
    assert.deepEqual(await names('?state=due'), ['week', ...MONTHS]);
  });

  it('400: a state that there is not, a page of nothing, and the cursor of another filter', async () => {
    const { nextCursor } = await page('?limit=1');
    const faults = [
      ['?state=broken', 'state'],
      ['?limit=0', 'limit'],
      [`?state=due&cursor=${nextCursor}`, 'cursor'],
      ['?urgent=yes', 'urgent'],
    ] as const;
    for (const [query, parameter] of faults) {
      assert.deepEqual(placesIn(await api.get(targets + query), 400, 'request-malformed'), [
        parameter,
      ]);
    }
  });
});

describe('GET /metrics', () => {
  async function samples(): Promise<ReadonlyMap<string, number>> {
    const { text } = await distribution.get('/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
    );
  }

  it('200: every state of a target, of which it is in one', async () => {
    const found = await samples();
    const states = ['current', 'due', 'failing', 'conflict', 'pending'];
    const of = (target: string) =>
      states.filter((state) => {
        const value = found.get(`certwright_target_state{target="${target}",state="${state}"}`);
        assert.ok(value !== undefined, `${target} ${state}`);
        return value === 1;
      });
    assert.deepEqual(of('foreign'), ['conflict']);
    assert.deepEqual(of('unreachable'), ['failing']);
    assert.deepEqual(of('week'), ['due']);
  });

  it('200: when a target was rotated, is to be, and ends; nothing where that is not known', async () => {
    const found = await samples();
    const { status } = (await api.get(`${targets}/week`)).json<TargetJson>();
    for (const [metric, at] of [
      ['expiry', status.notAfter],
      ['next_rotation', status.nextRotationAt],
      ['last_rotation', status.lastRotatedAt],
    ] as const) {
      const name = `certwright_target_${metric}_timestamp_seconds`;
      assert.equal(found.get(`${name}{target="week"}`), Date.parse(at ?? '') / 1_000);
      assert.ok(!found.has(`${name}{target="foreign"}`));
    }
  });

  it('200: failures in a row, overwrites in a row, and what a target is', async () => {
    const found = await samples();
    assert.ok((found.get('certwright_target_failures{target="unreachable"}') ?? 0) >= 1);
    assert.equal(found.get('certwright_target_failures{target="week"}'), 0);
    assert.equal(found.get('certwright_target_overwrites{target="week"}'), 0);
    const info =
      'certwright_target_info{target="unreachable",destination="unreachable/webapp-credential",authority="issuing",profile="server"}';
    assert.equal(found.get(info), 1, [...found.keys()].join('\n'));
  });

  it('200: when the last pass of the schedule ended', async () => {
    assert.equal((await samples()).get('certwright_rotation_last_pass_timestamp_seconds'), 0);
  });
});
