import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { certified, type OutsideChanges, outsideAuthority } from '../support/outside-authority.ts';
import {
  type Answer,
  call,
  exchange,
  type Home,
  newHome,
  ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';

interface AuthorityJson {
  readonly name: string;
  readonly status: string;
  readonly certificationRequest: string;
}

const DAY_MS = 86_400_000;
/** The service has the real clock. */
const TODAY: OutsideChanges = {
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + 3_650 * DAY_MS),
};
const root = outsideAuthority({ subject: 'Outside Root', ...TODAY });
const own = outsideAuthority({ subject: 'Imported', issuer: root, ...TODAY });
const asked = {
  ...{ kind: 'intermediate', parent: null, keyAlgorithm: 'ecdsa-p256' },
  subject: { commonName: 'Platform' },
};

async function granted<T>(answer: Promise<Answer>): Promise<T> {
  const { status, text, json } = await answer;
  assert.ok(status < 300, text);
  return json<T>();
}

async function statuses(service: ServiceProcess): Promise<Readonly<Record<string, string>>> {
  const page = granted<{ items: readonly AuthorityJson[] }>(call(service, '/v1/authorities'));
  return Object.fromEntries((await page).items.map(({ name, status }) => [name, status]));
}

describe('authorities that are not made here', async () => {
  const home = newHome();
  const first = await started(home, { PKI_WORKERS: '2' });
  const imported = { name: 'imported', certificate: own.pem + root.pem, privateKey: own.keyPem };
  await granted(call(first, '/v1/authorities/import', { body: imported }));
  const pending = await granted<AuthorityJson>(
    call(first, '/v1/authorities', { body: { ...asked, name: 'platform' } }),
  );
  const expected = {
    ...{ imported: 'active', issuing: 'active', 'outside-root': 'external' },
    ...{ platform: 'pending', root: 'active' },
  };

  it('are what they were after a restart, also one that nobody was asked for', async () => {
    first.kill();
    await first.ended;
    const second = await started(home, { PKI_WORKERS: '2' });
    assert.deepEqual(await statuses(second), expected);
    await second.stop();
  });

  it('keep the service from starting with another key-encryption key, by name', async () => {
    const other = join(home.folder, 'other-key');
    writeFileSync(other, randomBytes(32), { mode: 0o600 });
    const service = new ServiceProcess(home, { PKI_KEY_ENCRYPTION_KEY_FILE: other });
    const { status, output } = await service.ended;
    assert.equal(status, 1);
    assert.match(output, /does not open authority "imported"/);
  });

  it('issue in every process from the moment in which they can', async () => {
    const service = await started(home, { PKI_WORKERS: '2' });
    const { pem } = certified(pending.certificationRequest, root, TODAY);
    const refused = await call(service, '/v1/certificates', {
      body: { ...serverCertificate('a.example.org'), authority: 'platform' },
    });
    assert.equal(refused.status, 409);
    const certificate = { certificate: pem + root.pem };
    await granted(call(service, '/v1/authorities/platform/certificate', { body: certificate }));
    for (const authority of ['platform', 'imported', 'platform', 'imported', 'platform']) {
      const body = { ...serverCertificate('a.example.org'), authority };
      const leaf = await granted<{ certificate: string; chain: string }>(
        call(service, '/v1/certificates', { body }),
      );
      const issuer = new X509Certificate(leaf.chain);
      assert.ok(new X509Certificate(leaf.certificate).verify(issuer.publicKey));
      assert.ok(leaf.chain.endsWith(root.pem));
    }
    await service.stop();
    const again = await started(home);
    assert.equal((await statuses(again))['platform'], 'active');
    await again.stop();
  });
});

describe('a service whose only authority is to be signed outside', async () => {
  const home = newHome();
  const settings = join(home.newFolder('settings'), 'settings.yaml');
  writeFileSync(settings, `authorities: [${JSON.stringify({ ...asked, name: 'issuing' })}]\n`);
  const environment = { PKI_CONFIG_FILE: settings, PKI_WORKERS: '1' };

  it('says at its start what is missing for TLS', async () => {
    const { status, output } = await new ServiceProcess(home, environment).ended;
    assert.equal(status, 1);
    assert.match(output, /PKI_TLS_AUTHORITY: authority "issuing" awaits its certificate/);
    assert.match(output, /PKI_TLS=off/);
  });

  it('gets its certificate over plain HTTP, and serves TLS by it from the next start on', async () => {
    const plain = await started(home, { ...environment, PKI_TLS: 'off' });
    assert.match(plain.readyMessage, /root certificate: none yet/);
    assert.ok(!existsSync(join(home.dataDir, 'root.pem')));
    const path = '/v1/authorities/issuing';
    const { certificationRequest } = await granted<AuthorityJson>(plainCall(plain, home, path));
    const { pem } = certified(certificationRequest, root, TODAY);
    const body = { certificate: pem + root.pem, namesAbove: ['corporate'] };
    await granted(plainCall(plain, home, `${path}/certificate`, body));
    await plain.stop();

    const service = await started(home, environment);
    assert.equal(home.rootPem(), root.pem);
    assert.deepEqual(await statuses(service), { corporate: 'external', issuing: 'active' });
    await service.stop();
  });
});

function plainCall(service: ServiceProcess, home: Home, path: string, body?: unknown) {
  const headers = { Authorization: `Bearer ${home.adminToken()}` };
  return exchange(service.management + path, { headers, body });
}
