import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { issue } from './certificates-on-the-wire.ts';
import { declared, directoryTarget } from './targets-on-the-wire.ts';

const { api, distribution, readiness, newDirectory, breakDatabase } = await startApi();

describe('GET /livez', () => {
  it('200: while the process can answer', async () => {
    assert.equal((await distribution.get('/livez')).status, 200);
  });
});

describe('GET /readyz', () => {
  it('200: once the service can be used', async () => {
    assert.equal((await distribution.get('/readyz')).status, 200);
  });

  it('503: before, and while it stops', async () => {
    readiness.isReady = false;
    const reply = await distribution.get('/readyz');
    readiness.isReady = true;
    assert.equal(reply.status, 503);
  });
});

describe('GET /metrics', () => {
  it('200: counts what was issued and refused, and when authorities and targets end', async () => {
    await issue(api, { dnsNames: ['a.example.org'] });
    await api.post('/v1/certificates', { authority: 'root', profile: 'client', uris: ['urn:a:b'] });
    const { status } = await declared(api, directoryTarget(newDirectory()));
    const { text, headers } = await distribution.get('/metrics');
    assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    const value = (line: string) => {
      const found = text.split('\n').find((one) => one.startsWith(`${line} `));
      return Number(found?.slice(line.length + 1));
    };
    // One by the test, one by the target.
    assert.equal(
      value('certwright_certificates_issued_total{profile="server",result="issued"}'),
      2,
    );
    assert.equal(
      value('certwright_certificates_issued_total{profile="client",result="refused"}'),
      1,
    );
    assert.equal(value('certwright_rotations_total{outcome="rotated"}'), 1);
    assert.equal(value('certwright_issuance_duration_seconds_count{profile="server"}'), 2);
    const end = Date.parse(status.notAfter ?? '') / 1_000;
    assert.equal(value('certwright_target_expiry_timestamp_seconds{target="edge"}'), end);
    const { notAfter } = (await api.get('/v1/authorities/issuing')).json<{ notAfter: string }>();
    const authority = 'certwright_authority_expiry_timestamp_seconds{authority="issuing"}';
    assert.equal(value(authority), Date.parse(notAfter) / 1_000);
    assert.ok(value('process_resident_memory_bytes') > 0);
  });

  it('500: where what they are counted from is gone, while the probes still answer', async () => {
    await breakDatabase();
    assert.equal((await distribution.get('/metrics')).status, 500);
    assert.equal((await distribution.get('/livez')).status, 200);
  });
});
