import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';

const { api } = await startApi();

describe('POST /v1/certificates/batch, for RSA keys', () => {
  it('200: they wait their turn, where more batches ask for them than others may wait', async () => {
    const item = {
      ...{ authority: 'issuing', profile: 'server', keyAlgorithm: 'rsa-2048' },
      dnsNames: ['a.example.org'],
    };
    const items = Array.from({ length: 10 }, () => item);
    const replies = await Promise.all(
      Array.from({ length: 7 }, () => api.post('/v1/certificates/batch', { items })),
    );
    const statuses = replies.flatMap((reply) =>
      reply.json<{ results: readonly { status: number }[] }>().results.map(({ status }) => status),
    );
    assert.equal(statuses.length, 70);
    assert.deepEqual(new Set(statuses), new Set([201]));
  });
});
