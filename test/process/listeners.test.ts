import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { connect } from 'node:tls';
import { call, exchange, newHome, serverCertificate, started } from './service-process.ts';

describe('the distribution listener', async () => {
  const home = newHome();
  const path = home.newFolder('tls');
  const service = await started(home);
  const destination = { type: 'directory', path };
  const target = {
    name: 'shop',
    ...serverCertificate('shop.example.org'),
    validity: '30d',
    destination,
  };
  await call(service, '/v1/rotation/targets', { body: target });
  await call(service, '/v1/rotation/run', { method: 'POST' });
  await call(service, '/v1/certificates', { body: serverCertificate('not a name') });
  await call(service, '/v1/certificates', {
    body: serverCertificate('a.example.org', { validity: '900d' }),
  });

  it('answers probes', async () => {
    for (const probe of ['/livez', '/readyz']) {
      assert.equal((await exchange(service.distribution + probe, {})).status, 200);
    }
  });

  it('answers metrics by the names that the README gives them', async () => {
    const { status, text } = await exchange(`${service.distribution}/metrics`, {});
    assert.equal(status, 200);
    for (const line of [
      /^certwright_certificates_issued_total\{profile="server",result="issued"\} [2-9]/m,
      /^certwright_certificates_issued_total\{profile="server",result="refused"\} [1-9]/m,
      /^certwright_issuance_duration_seconds_bucket\{.*profile="server".*\} /m,
      /^certwright_target_expiry_timestamp_seconds\{target="shop"\} \d{10}/m,
      /^certwright_authority_expiry_timestamp_seconds\{authority="root"\} \d{10}/m,
      /^certwright_authority_expiry_timestamp_seconds\{authority="issuing"\} \d{10}/m,
      /^certwright_rotations_total\{outcome="(rotated|current)"\} /m,
      /^process_cpu_seconds_total /m,
    ]) {
      assert.match(text, line);
    }
  });

  it('answers nothing else, with whatever token', async () => {
    const headers = { Authorization: `Bearer ${home.adminToken()}` };
    for (const other of ['/', '/v1/certificates', '/v1/authorities', '/docs', '/openapi.yaml']) {
      assert.equal((await exchange(service.distribution + other, { headers })).status, 404, other);
    }
    const posted = await exchange(`${service.distribution}/v1/rotation/run`, {
      headers,
      method: 'POST',
    });
    assert.equal(posted.status, 404);
  });
});

describe('the management listener', () => {
  it('serves a certificate that root.pem verifies for each of PKI_TLS_NAMES', async () => {
    const home = newHome();
    const names = ['localhost', 'pki.example.org', '127.0.0.1'];
    const service = await started(home, { PKI_TLS_NAMES: names.join(',') });
    const { hostname, port } = new URL(service.management);
    for (const name of names) {
      const { promise, resolve, reject } = Promise.withResolvers<X509Certificate | undefined>();
      const options = { host: hostname, port: Number(port), ca: home.rootPem() };
      const servername = name === '127.0.0.1' ? {} : { servername: name };
      const socket = connect({ ...options, ...servername }, () => {
        resolve(socket.getPeerX509Certificate());
        socket.destroy();
      });
      socket.on('error', reject);
      const served = await promise;
      assert.ok(name === '127.0.0.1' ? served?.checkIP(name) : served?.checkHost(name));
    }
  });

  it('speaks plain HTTP where PKI_TLS is off, and still asks for the token', async () => {
    const home = newHome();
    const service = await started(home, { PKI_TLS: 'off' });
    assert.match(service.management, /^http:/);
    assert.match(service.readyMessage, /curl [^;]*http:\/\/127\.0\.0\.1/);
    assert.equal((await call(service, '/v1/authorities')).status, 200);
    assert.equal((await exchange(`${service.management}/v1/authorities`, {})).status, 401);
  });
});
