import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { retryAfterMsOf } from '../../../storage/kubernetes/retry-after.ts';
import { until } from '../../e2e/rig/until.ts';
import {
  kubeconfigOf,
  notFound,
  refusal,
  startFakeApiServer,
  temporaryFolder,
} from './fake-api-server.ts';
import { reader } from './worlds.ts';

const FIVE_MINUTES = 300_000;
const asked = (headers: object) => retryAfterMsOf({ headers });

describe('Retry-After of a refusal', () => {
  it('is a number of seconds', () => {
    assert.equal(asked({ 'retry-after': '7' }), 7_000);
    assert.equal(asked({ 'retry-after': '0' }), 0);
  });

  it('is a date, by the clock of whoever wrote it', () => {
    const headers = {
      'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT',
      date: 'Fri, 31 Dec 1999 23:59:19 GMT',
    };
    assert.equal(asked(headers), 40_000);
    assert.equal(asked({ ...headers, date: 'Fri, 31 Dec 1999 23:59:59 GMT' }), 0);
  });

  it('is a date by our clock where nobody says whose it is', () => {
    const ms = asked({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    assert.ok(ms > 55_000 && ms <= 60_000, String(ms));
  });

  it('is five minutes at most, whatever is asked', () => {
    const date = 'Fri, 31 Dec 1999 23:59:19 GMT';
    const times = ['86400', '9'.repeat(400), 'Sat, 31 Dec 2050 23:59:19 GMT'];
    for (const time of times) assert.equal(asked({ 'retry-after': time, date }), FIVE_MINUTES);
  });

  it('is nothing where it is missing or cannot be understood', () => {
    const texts = ['', '-5', '1.5', '1e3', '0x10', 'soon', '99 GMT GMT', 'Fri, 99 Foo 1999 GMT'];
    for (const text of texts) assert.equal(asked({ 'retry-after': text }), 0, text);
    const withoutDate = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT', date: 'yesterday' };
    assert.equal(asked(withoutDate), 0);
    for (const error of [undefined, 'x', new Error('x'), { headers: {} }, { headers: null }])
      assert.equal(retryAfterMsOf(error), 0);
  });
});

describe('an API server that asks to be left alone', () => {
  it('is not asked anything until then, and every question tells how long that is; others are asked', async (t) => {
    const replies = [refusal(429, 'TooManyRequests', 'later', {}, { 'retry-after': '1' })];
    const busy = await startFakeApiServer(t, () => replies.shift() ?? notFound);
    const idle = await startFakeApiServer(t, () => notFound);
    const folder = temporaryFolder(t);
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    writeFileSync(one, kubeconfigOf(busy.url, { token: 'a' }, 'busy'));
    writeFileSync(other, kubeconfigOf(idle.url, { token: 'a' }, 'idle'));
    const read = reader({ kubeconfigFiles: [one, other] });
    const isRefusal = (error: unknown) => {
      assert.ok(error instanceof PkiError);
      assert.match(error.message, /too much to do and turns requests away \(429\)/);
      assert.equal(error.retryAfterMs, 1_000);
      return true;
    };
    await assert.rejects(read('busy'), isRefusal);
    await assert.rejects(read('busy'), isRefusal);
    assert.equal(busy.requests.length, 1);
    assert.deepEqual(await read('idle'), { kind: 'absent' });
    await until('it is asked again', async () => (await read('busy')).kind === 'absent');
    assert.equal(busy.requests.length, 2);
  });

  it('is asked on where it refuses without saying for how long', async (t) => {
    const busy = await startFakeApiServer(t, () => refusal(429, 'TooManyRequests', 'later'));
    const read = reader({ file: busy.kubeconfig });
    await assert.rejects(read());
    await assert.rejects(read());
    assert.equal(busy.requests.length, 2);
  });
});
