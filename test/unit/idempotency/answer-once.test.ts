import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { KeptAnswer } from '../../../src/idempotency/answer.ts';
import { type AnswerOnceDeps, answerOnce } from '../../../src/idempotency/answer-once.ts';
import { Marks } from '../../../src/idempotency/keys-in-use.ts';
import { AesGcmWrapping } from '../../../storage/keys/aes-gcm-wrapping.ts';

const attempt = { actor: 'admin', operation: 'issue', key: 'k', requestDigest: 'd' };
const answer = { status: 201, location: '/v1/x', body: { privateKey: 'secret', list: [1, null] } };

/** Answers kept in memory, and how often something was issued. */
function world() {
  const kept = new Map<string, KeptAnswer>();
  const issued: string[] = [];
  const deps: AnswerOnceDeps<(name: string) => void> = {
    wrapping: new AesGcmWrapping(randomBytes(32), randomBytes),
    keysInUse: new Marks(),
    findAnswer: (id) => Promise.resolve(kept.get(id)),
    begin: () => {
      const recorded: string[] = [];
      return {
        work: (name) => void recorded.push(name),
        complete: async (one) => {
          await new Promise(setImmediate);
          kept.set(one.id, one);
          issued.push(...recorded);
        },
      };
    },
  };
  const ask = (changes: Partial<typeof attempt> = {}) =>
    answerOnce(deps, { ...attempt, ...changes }, (record) => {
      record('certificate');
      return Promise.resolve(answer);
    });
  return { deps, kept, issued, ask };
}

describe('a request that is marked', () => {
  it('is worked on once, and answered alike from then on', async () => {
    const { issued, ask } = world();
    assert.deepEqual(await ask(), { ...answer, isRepeated: false });
    assert.deepEqual(await ask(), { ...answer, isRepeated: true });
    assert.deepEqual(issued, ['certificate']);
  });

  it('is refused where another request has had the key', async () => {
    const { issued, ask } = world();
    await ask();
    await assert.rejects(ask({ requestDigest: 'e' }), { code: 'idempotency-key-reused' });
    assert.deepEqual(issued, ['certificate']);
  });

  it('is refused while the first with its key is worked on, whatever it asks', async () => {
    const { issued, ask } = world();
    const [first, ...others] = await Promise.allSettled([
      ask(),
      ask(),
      ask({ requestDigest: 'e' }),
    ]);
    assert.equal(first.status, 'fulfilled');
    for (const other of others) {
      const { code } = (other as PromiseRejectedResult).reason as { code: string };
      assert.equal(code, 'idempotency-key-in-use');
    }
    assert.deepEqual(issued, ['certificate']);
  });

  it('keeps nothing and leaves its key free where it fails', async () => {
    const { deps, kept, issued, ask } = world();
    const failing = answerOnce(deps, attempt, (record) => {
      record('certificate');
      return Promise.reject(new Error('refused'));
    });
    await assert.rejects(failing, /refused/);
    assert.equal(kept.size, 0);
    assert.deepEqual(issued, []);
    assert.equal((await ask({ requestDigest: 'e' })).isRepeated, false);
  });

  it('has a key of its own: another caller’s or operation’s is another one', async () => {
    const { issued, ask } = world();
    for (const changes of [{}, { actor: 'b' }, { operation: 'b' }, { key: 'b' }]) {
      assert.equal((await ask(changes)).isRepeated, false);
    }
    assert.equal(issued.length, 4);
  });

  it('has an answer that is sealed, and opens in no other place', async () => {
    const { kept, ask } = world();
    await ask();
    await ask({ key: 'b' });
    const [one, other] = [...kept.values()];
    assert.ok(one && other);
    assert.ok(!Buffer.from(one.wrappedAnswer).includes('secret'));
    kept.set(one.id, { ...one, wrappedAnswer: other.wrappedAnswer });
    await assert.rejects(ask());
    kept.set(one.id, { ...one, requestDigest: 'e' });
    await assert.rejects(ask({ requestDigest: 'e' }));
  });
});
