import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { problemIn } from './certificates-on-the-wire.ts';
import { MarkedRequests } from './marked-requests.ts';

const { api, clock } = await startApi();
const marked = new MarkedRequests(api);
const DAY_MS = 86_400_000;

for (const [template, made] of Object.entries(marked.operations)) {
  describe(`POST ${template}, with an Idempotency-Key`, () => {
    it('issues once, and gives the same answer again', async () => {
      const { path, body, issues } = await made();
      const before = (await marked.serialNumbers()).length;
      const first = await marked.send(path, body, 'the-"key"');
      assert.ok([200, 201].includes(first.status), first.text);
      assert.equal(first.headers['idempotency-replayed'], undefined);
      assert.equal((await marked.serialNumbers()).length, before + issues);
      const key = '"the-\\"key\\""';
      for (const again of [
        await marked.send(path, body, key),
        await marked.send(path, body, key),
      ]) {
        assert.equal(again.status, first.status);
        assert.equal(again.text, first.text);
        assert.equal(again.headers['location'], first.headers['location']);
        assert.equal(again.headers['cache-control'], 'no-store');
        assert.equal(again.headers['idempotency-replayed'], 'true');
      }
      assert.equal((await marked.serialNumbers()).length, before + issues);
      clock.advance(DAY_MS);
    });

    it('says in the journal which private keys were given again', async () => {
      const { path, body, issues, hasKeys } = await made();
      const first = await marked.send(path, body, 'journal');
      assert.ok(
        !(await marked.journalOf(first)).some(({ action }) => action.startsWith('private-key')),
      );
      const entries = await marked.journalOf(await marked.send(path, body, 'journal'));
      assert.equal(entries.length, hasKeys ? issues : 0);
      for (const { action, details } of entries) {
        assert.equal(action, 'private-key.downloaded');
        const { serialNumber, ...rest } = details;
        assert.ok(first.text.includes(`"serialNumber":"${String(serialNumber)}"`));
        assert.deepEqual(rest, { authority: 'issuing', isRepeatedAnswer: true });
      }
      clock.advance(DAY_MS);
    });

    it('422: the key of another request, and issues nothing', async () => {
      const { path, body, otherBody } = await made();
      const first = await marked.send(path, body, 'other');
      const before = await marked.serialNumbers();
      const others = [await marked.send(path, otherBody, 'other')];
      // The same members in other octets are another request.
      const headers = { 'Idempotency-Key': 'other' };
      others.push(
        await api.post(path, undefined, { text: JSON.stringify(body, null, 1), headers }),
      );
      for (const other of others) {
        problemIn(other, 422, 'idempotency-key-reused');
        const entries = await marked.journalOf(other);
        assert.deepEqual(
          entries.map(({ action, details }) => [action, details['code']]),
          [['request.refused', 'idempotency-key-reused']],
        );
      }
      assert.deepEqual(await marked.serialNumbers(), before);
      assert.equal((await marked.send(path, body, 'other')).text, first.text);
      clock.advance(DAY_MS);
    });

    it('issues anew once the answer is forgotten', async () => {
      const { path, body, otherBody } = await made();
      const first = await marked.send(path, body, 'forgotten');
      clock.advance(DAY_MS);
      const again = await marked.send(path, otherBody, 'forgotten');
      assert.equal(again.status, first.status);
      assert.equal(again.headers['idempotency-replayed'], undefined);
      assert.notEqual(again.text, first.text);
    });

    it('400: a key that is none, and issues nothing', async () => {
      const { path, body } = await made();
      const before = await marked.serialNumbers();
      for (const key of ['', '""', 'a b', 'a\tb', '"a', 'x'.repeat(256), '\u00e9']) {
        const { detail } = problemIn(await marked.send(path, body, key), 400, 'request-malformed');
        assert.match(detail, /Idempotency-Key/);
      }
      assert.deepEqual(await marked.serialNumbers(), before);
    });

    it('409: while the first request with the key is worked on', async () => {
      const { path, slowBody } = await made();
      // To renew makes no key, and may be over when the next one comes.
      if (path.endsWith('/renew')) return;
      const before = (await marked.serialNumbers()).length;
      const replies = await Promise.all(
        [1, 2, 3, 4].map(() => marked.send(path, slowBody, 'at-once')),
      );
      const [granted, ...more] = replies.filter(({ status }) => status < 400);
      assert.ok(granted && more.length === 0);
      for (const reply of replies) {
        if (reply !== granted) problemIn(reply, 409, 'idempotency-key-in-use');
      }
      assert.ok((await marked.serialNumbers()).length <= before + 2);
      assert.equal((await marked.send(path, slowBody, 'at-once')).text, granted.text);
      clock.advance(DAY_MS);
    });
  });
}
