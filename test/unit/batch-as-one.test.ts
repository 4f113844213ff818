import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import express from 'express';
import supertest from 'supertest';
import { type BatchRoutesDeps, batchRoutes } from '../../api/routes/batch.ts';
import { PkiError } from '../../src/errors.ts';
import type { Answer } from '../../src/idempotency/answer.ts';
import type { GivenAnswer } from '../../src/idempotency/answer-once.ts';

const item = { authority: 'issuing', profile: 'server', dnsNames: ['a.example.org'] };

/** Sends a batch of 120 items, each of which fails so, and gives what is to be kept of it. */
async function outcomeWhere(
  failure: Error,
): Promise<{ kept?: Answer; error?: unknown; done: number }> {
  let outcome: { kept?: Answer; error?: unknown } = {};
  let done = 0;
  const together: BatchRoutesDeps['together'] = (items, work) =>
    Promise.all(
      items.map((one, index) => {
        done += 1;
        const recordRefusal = () => Promise.resolve();
        return work(one, { issue: () => Promise.reject(failure), recordRefusal }, index);
      }),
    );
  const routes = batchRoutes({
    now: () => new Date(),
    pathAbove: () => Promise.resolve([]),
    together,
    logFailure: () => undefined,
    recordRepeatedKeys: () => Promise.resolve(),
    once: async (_attempt, answerBy): Promise<GivenAnswer> => {
      try {
        outcome = { kept: await answerBy({ together }) };
      } catch (error) {
        outcome = { error };
      }
      return { status: 200, body: {}, isRepeated: false };
    },
  });
  await supertest(express().use(routes))
    .post('/certificates/batch')
    .set('Idempotency-Key', 'k')
    .send({ items: Array.from({ length: 120 }, () => item) });
  return { ...outcome, done };
}

describe('a batch with an Idempotency-Key', () => {
  it('keeps no answer in which an item failed for a reason of ours, and stops there', async () => {
    for (const failure of [new Error('disk full'), new PkiError('overloaded', 'too much')]) {
      const { kept, error, done } = await outcomeWhere(failure);
      assert.equal(kept, undefined);
      assert.equal(error, failure);
      assert.equal(done, 50);
    }
  });

  it('keeps what was refused for the caller’s reasons', async () => {
    const { kept } = await outcomeWhere(new PkiError('authority-unknown', 'no authority'));
    const { results } = (kept?.body ?? {}) as { results: readonly { status: number }[] };
    assert.deepEqual([...new Set(results.map(({ status }) => status))], [404]);
    assert.equal(results.length, 120);
  });
});
