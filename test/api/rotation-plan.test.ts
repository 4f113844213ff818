import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { BUILT_IN_PROFILES } from '../../src/issuance/built-in-profiles.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { startApi } from '../support/api.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget, type TargetJson } from './targets-on-the-wire.ts';

const PLAN = '/v1/rotation/plan';
const DAY_MS = 86_400_000;
/** As the built-in one, but that certificates end with the authorities above them. */
const server = BUILT_IN_PROFILES.find(({ name }) => name === 'server') ?? assert.fail();
const CUT: Profile = { ...server, name: 'cut', clampToIssuer: true };

interface PlanJson {
  readonly from: string;
  readonly until: string;
  readonly rotations: number;
  readonly items: readonly {
    readonly target: string;
    readonly at: string;
    readonly reasons: readonly string[];
    readonly notAfter: string | null;
  }[];
  readonly eta: string | null;
  readonly peakRate: { readonly perMinute: number; readonly at: string | null };
  readonly meanRate: { readonly perMinute: number };
  readonly wouldExpire: readonly { readonly target: string; readonly at: string }[];
  readonly wouldFail: readonly {
    readonly target: string;
    readonly at: string;
    readonly detail: string;
  }[];
}

describe('POST /v1/rotation/plan', async () => {
  const { api, clock, newDirectory } = await startApi({ profiles: [CUT] });
  const { status } = await declared(api, directoryTarget(newDirectory(), { name: 'plain' }));
  await declared(api, directoryTarget(newDirectory(), { name: 'other' }));
  const plan = async (body?: object) => {
    const reply = await api.post(PLAN, body);
    assert.equal(reply.status, 200, reply.text);
    return reply.json<PlanJson>();
  };

  it('200: says of each target when its next rotations are, the first of them as its status does', async () => {
    const { rotations, items, from, until, wouldExpire } = await plan({ horizon: '90d' });
    assert.equal(Date.parse(until) - Date.parse(from), 90 * DAY_MS);
    assert.equal(rotations, items.length);
    assert.deepEqual(wouldExpire, []);
    const own = items.filter(({ target }) => target === 'plain');
    assert.ok(own.length >= 4, JSON.stringify(items));
    const [first] = own;
    assert.deepEqual([first?.reasons, first?.notAfter], [['due'], status.notAfter]);
    const late = Date.parse(first?.at ?? '') - Date.parse(status.nextRotationAt ?? '');
    assert.ok(late >= 0 && late <= 300_000, 'in the next pass of the schedule');
  });

  it('200: the body may be absent, and means the next 30 days', async () => {
    const { from, until, eta } = await plan();
    assert.equal(Date.parse(until) - Date.parse(from), 30 * DAY_MS);
    assert.equal(eta, null);
  });

  it('200: all forced at a rate that is asked for', async () => {
    const forced = await plan({ horizon: '1d', 'what-if': { allForced: true, rate: 0.1 } });
    assert.equal(forced.rotations, 2);
    assert.deepEqual(
      new Set(forced.items.flatMap(({ reasons }) => reasons)),
      new Set(['requested']),
    );
    assert.equal(forced.eta, forced.from);
    assert.deepEqual(forced.peakRate, { perMinute: 2, at: forced.from });
  });

  it('200: another certificate of an authority above is a reason at once', async () => {
    const { items } = await plan({ horizon: '1d', 'what-if': { authorityReplaced: 'root' } });
    assert.deepEqual(
      items.map(({ reasons }) => reasons),
      [['wrongIssuer'], ['wrongIssuer']],
    );
  });

  it('200: as many are told one by one as asked for, and all are counted', async () => {
    const { rotations, items } = await plan({ horizon: '1y', limit: 1 });
    assert.equal(items.length, 1);
    assert.ok(rotations > 30);
  });

  it('200: nothing is rotated by it', async () => {
    await plan({ 'what-if': { allForced: true } });
    const shown = (await api.get('/v1/rotation/targets/plain')).json<{ status: object }>();
    assert.deepEqual(shown.status, status);
  });

  it('400: a horizon that is none, and a rate between five and a burst', async () => {
    for (const [body, place] of [
      [{ horizon: 'soon' }, '/horizon'],
      [{ 'what-if': { rate: 6 } }, '/what-if/rate'],
      [{ 'what-if': { rate: 0 } }, '/what-if/rate'],
      [{ 'what-if': { everything: true } }, '/what-if/everything'],
      [{ limit: 1_001 }, '/limit'],
    ] as const) {
      assert.deepEqual(placesIn(await api.post(PLAN, body), 400, 'request-malformed'), [place]);
    }
  });

  it('422: a horizon beyond two years', async () => {
    const reply = await api.post(PLAN, { horizon: '3y' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/horizon']);
  });

  it('404: an authority that is not there', async () => {
    const body = { 'what-if': { authorityReplaced: 'nobody' } };
    problemIn(await api.post(PLAN, body), 404, 'authority-unknown');
  });

  describe('below an authority that ends', () => {
    before(async () => {
      const terms = { kind: 'intermediate', parent: 'root', validity: '40d' } as const;
      const subject = { commonName: 'Short' };
      const body = { name: 'short', ...terms, subject, keyAlgorithm: 'ecdsa-p256' };
      const made = await api.post('/v1/authorities', body);
      assert.equal(made.status, 201, made.text);
      for (const [name, profile] of Object.entries({ ends: 'server', clamped: 'cut' })) {
        const changes = { name, profile, authority: 'short' };
        await declared(api, directoryTarget(newDirectory(), changes));
      }
    });

    it('200: tells that issuing would refuse, when and why, and until when the last certificate is good', async () => {
      const { wouldExpire, wouldFail, items } = await plan({ horizon: '60d' });
      const [failure, ...others] = wouldFail;
      assert.deepEqual([failure?.target, others], ['ends', []]);
      assert.match(failure?.detail ?? '', /^it would outlive its issuer, which ends at /);
      const days = (Date.parse(failure?.at ?? '') - clock.now().getTime()) / DAY_MS;
      assert.ok(days > 15 && days < 21, `${days}`);
      const end = (name: string) => {
        const at = wouldExpire.find(({ target }) => target === name)?.at ?? '';
        return Math.round((Date.parse(at) - clock.now().getTime()) / DAY_MS);
      };
      assert.deepEqual([end('ends'), end('clamped')], [30, 40]);
      assert.ok(items.every(({ target }) => target !== 'ends'));
    });

    it('200: tells of no failure where that authority is replaced', async () => {
      const whatIf = { authorityReplaced: 'short' };
      const { wouldFail } = await plan({ horizon: '60d', 'what-if': whatIf });
      assert.deepEqual(wouldFail, []);
    });

    it('what was told comes to pass', async () => {
      const { wouldFail } = await plan({ horizon: '60d' });
      const [failure] = wouldFail;
      assert.ok(failure);
      clock.advance(Date.parse(failure.at) - clock.now().getTime());
      await api.post('/v1/rotation/run');
      const reply = await api.get('/v1/rotation/targets/ends');
      const { lastError, state } = reply.json<TargetJson>().status;
      assert.equal(state, 'failing');
      assert.match(lastError ?? '', /would outlive its issuer/);
    });
  });
});
