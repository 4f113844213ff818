import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import {
  call,
  exchange,
  newHome,
  type ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';
import { readyWorkers, startedWith, until } from './worker-processes.ts';

const PATIENCE_MS = 30_000;
const CONNECTIONS = 60;

/** Which processes have logged requests. */
function answeringProcesses(service: ServiceProcess): ReadonlySet<number> {
  const lines = service.output.split('\n').filter((line) => line.includes('"msg":"request"'));
  return new Set(lines.map((line) => (JSON.parse(line) as { pid: number }).pid));
}

/** The parent of a process (proc(5), stat, fourth field). */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function issue(service: ServiceProcess, host: string) {
  return call(service, '/v1/certificates', { body: serverCertificate(host) });
}

describe('the settings file', () => {
  it('rules every worker: its profiles, and the public URL beside it', async () => {
    const home = newHome();
    const file = join(home.newFolder('settings'), 'settings.yaml');
    writeFileSync(file, 'profiles: [{ name: shop, extKeyUsage: [serverAuth] }]\n');
    const service = await started(home, {
      PKI_WORKERS: '2',
      PKI_CONFIG_FILE: file,
      PKI_PUBLIC_URL: 'http://pki.example.org',
    });
    await until(() => readyWorkers(service).length >= 2);
    await until(async () => {
      const reply = await call(service, '/v1/certificates', {
        body: { ...serverCertificate('a.example'), profile: 'shop' },
      });
      assert.equal(reply.status, 201, reply.text);
      const { infoAccess } = new X509Certificate(reply.json<{ certificate: string }>().certificate);
      assert.match(
        infoAccess ?? '',
        /URI:http:\/\/pki\.example\.org\/pki\/authorities\/issuing\.cer/,
      );
      return readyWorkers(service).every((worker) => answeringProcesses(service).has(worker));
    });
    assert.equal((await service.stop()).status, 0);
  });
});

describe('several workers', async () => {
  const service = await startedWith(2);

  it('are processes of the service that take connections in turn', async () => {
    const workers = readyWorkers(service);
    for (const worker of workers) assert.equal(parentOf(worker), service.pid);
    for (const host of ['a.example', 'b.example', 'c.example', 'd.example']) {
      assert.equal((await issue(service, host)).status, 201);
    }
    await until(() => workers.every((worker) => answeringProcesses(service).has(worker)));
  });

  it('see at once what another one has made durable', async () => {
    const { serialNumber } = (await issue(service, 'e.example')).json<{ serialNumber: string }>();
    for (const _ of [1, 2, 3, 4]) {
      assert.equal((await call(service, `/v1/certificates/${serialNumber}`)).status, 200);
    }
  });

  it('are counted together in the metrics', async () => {
    const { text } = await exchange(`${service.distribution}/metrics`, {});
    assert.match(
      text,
      /^certwright_certificates_issued_total\{profile="server",result="issued"\} 6$/m,
    );
    assert.match(
      text,
      /^certwright_authority_expiry_timestamp_seconds\{authority="root"\} \d{10}$/m,
    );
  });

  it('pass refusals of the first process on as what they are', async () => {
    const refused = await call(service, '/v1/rotation/targets/nobody/rotate', { method: 'POST' });
    assert.equal(refused.status, 404);
    assert.equal(refused.json<{ code: string }>().code, 'target-unknown');
    const root = {
      name: 'issuing',
      kind: 'root',
      subject: { commonName: 'R' },
      keyAlgorithm: 'ecdsa-p256',
      validity: '1y',
    };
    const taken = await call(service, '/v1/authorities', { body: root });
    assert.equal(taken.json<{ code: string }>().code, 'name-taken');
  });

  it('resume each other’s TLS sessions', async () => {
    const { hostname, port } = new URL(service.management);
    const options = {
      host: hostname,
      port: Number(port),
      ca: service.home.rootPem(),
      servername: 'localhost',
    };
    const connected = (session?: Buffer) => {
      const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
      const socket = connect({
        ...options,
        maxVersion: 'TLSv1.2',
        ...(session ? { session } : {}),
      });
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
      return promise;
    };
    const first = await connected();
    const session = first.getSession();
    for (const _ of [1, 2, 3]) {
      const again = await connected(session);
      assert.ok(again.isSessionReused());
      again.destroy();
    }
    first.destroy();
  });

  it('are replaced where one dies, while the others go on answering', async () => {
    const [victim = 0] = readyWorkers(service);
    process.kill(victim, 'SIGKILL');
    await until(() => service.output.includes('a worker has ended'));
    for (const host of ['f.example', 'g.example']) {
      assert.equal((await issue(service, host)).status, 201);
    }
    await until(() => readyWorkers(service).length === 3);
    assert.equal((await issue(service, 'h.example')).status, 201);
  });

  it('end with the service, and not by a signal of their own', async () => {
    const workers = readyWorkers(service).slice(1);
    for (const worker of workers) process.kill(worker, 'SIGTERM');
    assert.equal((await issue(service, 'i.example')).status, 201);
    assert.equal((await service.stop()).status, 0);
    for (const worker of workers) assert.throws(() => process.kill(worker, 0), /ESRCH/);
  });
});

describe('connections on their way to workers that are killed', () => {
  it('are answered or broken off, and none is left waiting', async () => {
    const service = await startedWith(2);
    await until(() => readyWorkers(service).length === 2);
    const ended = (asked: Promise<unknown>) =>
      Promise.race([
        asked.then(
          () => 'answered',
          () => 'broken off',
        ),
        pause(PATIENCE_MS, 'left waiting', { ref: false }),
      ]);
    const asked: Promise<string>[] = [];
    for (let count = 0; count < CONNECTIONS; count += 1) {
      asked.push(ended(call(service, '/v1/profiles')));
      await pause(1);
      if (count !== CONNECTIONS / 2) continue;
      for (const worker of readyWorkers(service)) process.kill(worker, 'SIGKILL');
    }
    const outcomes = await Promise.all(asked);
    assert.ok(outcomes.includes('answered'));
    assert.ok(!outcomes.includes('left waiting'), outcomes.join(', '));
    await until(() => readyWorkers(service).length === 4);
    assert.equal((await issue(service, 'a.example')).status, 201);
    assert.equal((await service.stop()).status, 0);
  });
});

describe('a single worker', () => {
  it('is the service itself', async () => {
    const service = await startedWith(1);
    assert.equal((await issue(service, 'a.example')).status, 201);
    await until(() => answeringProcesses(service).has(service.pid));
    assert.equal((await service.stop()).status, 0);
    assert.deepEqual(readyWorkers(service), []);
  });
});

describe('workers whose first process is killed', () => {
  it('end too', async () => {
    const service = await startedWith(2);
    const workers = readyWorkers(service);
    service.kill();
    await service.ended;
    for (const worker of workers) {
      await until(() => {
        try {
          process.kill(worker, 0);
          return false;
        } catch {
          return true;
        }
      });
    }
  });
});

describe('workers that are still starting', () => {
  for (const ms of [300, 600, 900, 1_200]) {
    it(`end without a word, ${ms} ms after the service was ready`, async () => {
      const service = await started(newHome(), { PKI_WORKERS: '2' });
      await pause(ms);
      const { status, output } = await service.stop();
      assert.equal(status, 0);
      assert.doesNotMatch(output, /EPIPE/);
    });
  }
});
