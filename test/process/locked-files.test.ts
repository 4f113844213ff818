import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockedKey, PASSWORD } from '../api/authorities-on-the-wire.ts';
import { outsideAuthority } from '../support/outside-authority.ts';
import { goodSafe, handMadePfx } from '../unit/x509/hand-made-pfx.ts';
import { newHome, type ServiceProcess, started } from './service-process.ts';

/** What one process opens, and has waiting. */
const MAX_FILES = 1 + 16;
const STOP_PATIENCE_MS = 5_000;

/** A small file that asks for seconds of hashing, twice where there is no password. */
const costly = await handMadePfx(goodSafe, { digest: 'sha512', iterations: 1_000_000 });

async function bring(service: ServiceProcess, body: object, signal?: AbortSignal) {
  const answer = await fetch(`${service.management}/v1/authorities/import`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${service.home.adminToken()}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe('a service that is sent costly files', { concurrency: 2 }, () => {
  const alone = { PKI_TLS: 'off', PKI_WORKERS: '1' };
  const body = { name: 'costly', pfx: costly.toString('base64') };
  const own = outsideAuthority({ subject: 'Locked Root', notBefore: new Date(Date.now() - 1_000) });
  const ordinary = { certificate: own.pem, privateKey: lockedKey(own), password: PASSWORD };

  it('refuses what is too much, and forgets those whose senders have gone', async () => {
    const service = await started(newHome(), alone);
    const gone = new AbortController();
    const asked = Array.from({ length: MAX_FILES + 3 }, () => bring(service, body, gone.signal));
    const refused = await Promise.any(asked);
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.text, /too many files with a password wait/);
    assert.ok(refused.headers.has('Retry-After'));
    gone.abort();
    await Promise.allSettled(asked);
    const start = performance.now();
    let answer = await bring(service, { ...ordinary, name: 'ordinary' });
    // The service may hear of an end a moment later than the sender.
    for (; answer.status === 503; answer = await bring(service, { ...ordinary, name: 'ordinary' }));
    assert.equal(answer.status, 201, answer.text);
    assert.ok(performance.now() - start < STOP_PATIENCE_MS);
  });

  it('is left by SIGTERM at once, with words for those who wait', async () => {
    const service = await started(newHome(), alone);
    const asked = Array.from({ length: MAX_FILES + 1 }, () => bring(service, body));
    await Promise.any(asked);
    const start = performance.now();
    const { status } = await service.stop();
    assert.ok(performance.now() - start < STOP_PATIENCE_MS);
    assert.equal(status, 0);
    const answers = await Promise.all(asked);
    for (const answer of answers) assert.equal(answer.status, 503, answer.text);
    const stopped = answers.filter(({ text }) => text.includes('the service stops; ask again'));
    assert.equal(stopped.length, MAX_FILES);
  });
});
