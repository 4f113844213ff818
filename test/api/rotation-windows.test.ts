import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget, type TargetJson } from './targets-on-the-wire.ts';

const targets = '/v1/rotation/targets';

describe('the spread and the window of a target', async () => {
  const { api, newDirectory } = await startApi();
  const refusals = async (changes: object, status: number, code: string) =>
    placesIn(await api.post(targets, directoryTarget(newDirectory(), changes)), status, code);

  it('are told with it, and in when it is rotated next', async () => {
    const rotationWindow = { cron: '0 2 * * *', duration: '2h', timeZone: 'Europe/Berlin' };
    const body = directoryTarget(newDirectory(), { name: 'nights', jitter: '2d', rotationWindow });
    const target = await declared(api, body);
    assert.deepEqual(
      { jitter: '2d', rotationWindow },
      {
        jitter: target['jitter' as keyof TargetJson],
        rotationWindow: target['rotationWindow' as keyof TargetJson],
      },
    );
    const at = new Date(target.status.nextRotationAt ?? '');
    assert.ok([0, 1].includes(at.getUTCHours()), `${at.toISOString()} is no time of that night`);
  });

  it('are refused where the cron expression cannot be read', async () => {
    for (const cron of ['* * *', '@daily', 'x', '0 0 * * * *', '? * * * *', '']) {
      const rotationWindow = { cron, duration: '1h' };
      const places = await refusals({ rotationWindow }, 400, 'request-malformed');
      assert.deepEqual(new Set(places), new Set(['/rotationWindow/cron']), cron);
    }
  });

  it('are refused where a field is out of its range', async () => {
    for (const cron of ['61 0 * * *', '0 0 * 13 *', 'a b c d e']) {
      const rotationWindow = { cron, duration: '1h' };
      const places = await refusals({ rotationWindow }, 422, 'request-refused');
      assert.deepEqual(places, ['/rotationWindow/cron'], cron);
    }
  });

  it('are refused where the window would never open', async () => {
    const rotationWindow = { cron: '0 0 30 2 *', duration: '1h' };
    const places = await refusals({ rotationWindow }, 422, 'request-refused');
    assert.deepEqual(places, ['/rotationWindow/cron']);
  });

  it('are refused where the window is too short, too long, or in no time zone', async () => {
    const cron = '0 2 * * *';
    for (const [rotationWindow, place] of [
      [{ cron, duration: '1m' }, 'duration'],
      [{ cron, duration: '8d' }, 'duration'],
      [{ cron, duration: '1h', timeZone: 'Mars/Base' }, 'timeZone'],
    ] as const) {
      const places = await refusals({ rotationWindow }, 422, 'request-refused');
      assert.deepEqual(places, [`/rotationWindow/${place}`]);
    }
  });

  it('are refused where the jitter would take more than a quarter of the time until the renewal', async () => {
    assert.deepEqual(await refusals({ jitter: '6d' }, 422, 'request-refused'), ['/jitter']);
    assert.deepEqual(await refusals({ jitter: '0d' }, 400, 'request-malformed'), ['/jitter']);
  });

  it('are refused with a renewBefore that leaves nothing of the validity', async () => {
    const changes = { renewBefore: '30d' };
    assert.deepEqual(await refusals(changes, 422, 'request-refused'), ['/renewBefore']);
  });
});
