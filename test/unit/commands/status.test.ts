import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { status } from '../../../api/commands/status.ts';
import { fakeService, PLAIN, targetJson } from './fake-service.ts';

const LIST = 'GET /v1/rotation/targets';

async function shown(targets: readonly object[], screen: object = {}) {
  const answers = { [LIST]: () => ({ items: targets, nextCursor: null }) };
  const { deps, written } = fakeService(answers, screen);
  return { exit: await status(deps, PLAIN), text: written.join('') };
}

describe('rotation status', () => {
  it('tells spans from now, and what is past by a word', async () => {
    const past = { nextRotationAt: '2030-01-01T00:00:00Z', notAfter: '2030-01-02T12:30:00Z' };
    const { exit, text } = await shown([targetJson('a'), targetJson('b', past)]);
    assert.deepEqual(text.split('\n'), [
      'TARGET  DESTINATION  STATE    SERIAL NUMBER  EXPIRES IN  NEXT     SERVED',
      'a       /tls/a       current  a-1            30d         19d 12h  -',
      'b       /tls/b       current  b-1            12h 30m     now      -',
      '',
    ]);
    assert.equal(exit, 0);
  });

  it('ends with 1 for what is stale, and says so', async () => {
    const served = (state: string) => targetJson(state, { served: { state, since: 'x' } });
    const fine = await shown([served('proven'), served('unreachable')]);
    assert.equal(fine.exit, 0);
    assert.match(fine.text, / proven$/m);
    const { exit, text } = await shown([served('stale'), served('proven')]);
    assert.equal(exit, 1);
    assert.match(text, /^stale: something else is served than what was written$/m);
  });

  it('ends with 1 for what has ended, fails or is in conflict, each with its reason', async () => {
    const lastError = 'is in conflict with "argocd"';
    const conflict = { overwrites: 3, resumesAt: '2030-01-02T00:02:00Z' };
    const { exit, text } = await shown([
      targetJson('ended', { state: 'due', notAfter: '2030-01-01T00:00:00Z' }),
      targetJson('fought', { state: 'conflict', lastError, conflict }),
      targetJson('failed', { state: 'failing', lastError: 'directory "/tls" must exist' }),
    ]);
    assert.equal(exit, 1);
    assert.match(text, /^ended: its certificate ended at 2030-01-01T00:00:00Z$/m);
    assert.match(text, /^fought: is in conflict with "argocd"; tried again in 2m$/m);
    assert.match(text, /^failed: directory "\/tls" must exist$/m);
  });

  it('shows colours where the screen has some, and keeps within its width', async () => {
    const failing = targetJson('failed', { state: 'failing', serialNumber: '0'.repeat(32) });
    const { text } = await shown([failing], { hasColours: true, width: 80 });
    assert.ok(text.includes('\u001b[31mfailing\u001b[39m'));
    for (const line of stripVTControlCharacters(text).split('\n'))
      assert.ok(line.length <= 80, line);
  });

  it('says where there is nothing to show', async () => {
    assert.deepEqual(await shown([]), { exit: 0, text: 'There are no such targets.\n' });
  });
});
