import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, newHome, serverCertificate, started } from './service-process.ts';

/** What one process makes, and has waiting. */
const MAX_RSA_KEYS = 2 + 64;

describe('a service that is asked for more RSA keys than may wait', () => {
  it('says when there is likely to be room again', async () => {
    const service = await started(newHome(), { PKI_TLS: 'off', PKI_WORKERS: '1' });
    const body = serverCertificate('rsa.example.org', { keyAlgorithm: 'rsa-4096' });
    const asked = Array.from({ length: MAX_RSA_KEYS + 1 }, () =>
      call(service, '/v1/certificates', { body }),
    );
    const refused = await Promise.any(
      asked.map(async (one) => {
        const answer = await one;
        assert.equal(answer.status, 503);
        return answer;
      }),
    );
    assert.ok(Number(refused.headers['retry-after']) > 1, refused.text);
    service.kill();
    await Promise.allSettled(asked);
  });
});
