import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { call, newHome, ServiceProcess, serverCertificate, started } from './service-process.ts';

/** A stop that takes longer makes every deployment wait. */
const STOP_PATIENCE_MS = 5_000;
/** Ten seconds, and the interval at which the service looks. */
const HEADERS_PATIENCE_MS = 18_000;

interface Page {
  readonly items: readonly {
    readonly name: string;
    readonly serialNumber: string;
    readonly fingerprintSha256: string;
  }[];
}

// The slow client takes as long as it may; the others are started and stopped meanwhile.
describe('the process', { concurrency: 3 }, () => {
  describe('a client that sends its headers slowly', async () => {
    const home = newHome();
    const service = await started(home);

    it('is cut off, and keeps nobody from being served', async () => {
      const { hostname, port } = new URL(service.management);
      const socket = connect({ host: hostname, port: Number(port), ca: home.rootPem() });
      socket.on('error', () => undefined);
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      socket.once('close', () => resolve());
      const start = performance.now();
      socket.resume().write('GET /v1/authorities HTTP/1.1\r\nHost: localhost\r\n');
      const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 500);
      for (let count = 0; count < 20; count += 1) {
        assert.equal((await call(service, '/v1/authorities')).status, 200);
      }
      await closed;
      clearInterval(drip);
      assert.ok(performance.now() - start < HEADERS_PATIENCE_MS);
    });
  });
  describe('a first start', async () => {
    const home = newHome();
    const service = await started(home);

    it('keeps its secrets from everybody else', () => {
      const modes = readdirSync(home.dataDir).map((name) => {
        return [name, (statSync(join(home.dataDir, name)).mode & 0o777).toString(8)] as const;
      });
      const secret = modes.filter(([name]) => name !== 'root.pem');
      assert.deepEqual(
        secret.filter(([, mode]) => mode !== '600'),
        [],
      );
      const names = modes.map(([name]) => name);
      for (const name of ['admin-token', 'key-encryption-key', 'root.pem', 'certwright.db']) {
        assert.ok(names.includes(name), name);
      }
      assert.equal(statSync(home.dataDir).mode & 0o777, 0o700);
    });

    it('says where its files are, and a command that works', async () => {
      const { readyMessage } = service;
      for (const part of ['data/admin-token', 'data/root.pem', 'curl ', '/v1/authorities']) {
        assert.ok(readyMessage.includes(part), part);
      }
      const command = readyMessage.slice(readyMessage.indexOf('curl '));
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: home.folder });
      assert.deepEqual(
        (JSON.parse(stdout) as Page).items.map(({ name }) => name),
        ['issuing', 'root'],
      );
    });

    it('is found again by the second one, whose own certificate is another', async () => {
      const issued = await call(service, '/v1/certificates', {
        body: serverCertificate('kept.example.org'),
      });
      assert.equal(issued.status, 201);
      const before = (await call(service, '/v1/certificates')).json<Page>().items;
      const own = await servedSerialNumber(service);
      const [root, token] = [home.rootPem(), home.adminToken()];
      assert.equal((await service.stop()).status, 0);

      const again = await started(home);
      assert.equal(home.rootPem(), root);
      assert.equal(home.adminToken(), token);
      const after = (await call(again, '/v1/certificates')).json<Page>().items;
      assert.deepEqual(after.slice(-before.length), before);
      assert.equal(after.length, before.length + 1);
      assert.notEqual(await servedSerialNumber(again), own);
      await again.stop();
    });
  });

  function servedSerialNumber(service: ServiceProcess): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const { hostname, port } = new URL(service.management);
    const socket = connect(
      { host: hostname, port: Number(port), ca: service.home.rootPem() },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.on('error', reject);
    return promise;
  }

  describe('a start that cannot succeed', { concurrency: 2 }, async () => {
    const home = newHome();
    await (await started(home)).stop();
    const kek = join(home.dataDir, 'key-encryption-key');
    const keyEncryptionKey = readFileSync(kek);

    const refused = async (environment: Readonly<Record<string, string>>, words: RegExp) => {
      const { status, output } = await new ServiceProcess(home, environment).ended;
      assert.equal(status, 1, output);
      assert.match(output, words);
      assert.doesNotMatch(output, /"msg":"ready/);
    };

    it('names a setting that there is not', async () => {
      await refused(
        { PKI_MANAGMENT_LISTEN: '127.0.0.1:1' },
        /PKI_MANAGMENT_LISTEN: there is no such/,
      );
    });

    it('takes the service links of Kubernetes for no settings', async () => {
      const links = {
        PKI_SERVICE_HOST: '10.0.0.1',
        PKI_SERVICE_PORT: '8443',
        PKI_SERVICE_PORT_HTTPS: '8443',
        PKI_PORT: 'tcp://10.0.0.1:8443',
        PKI_PORT_8443_TCP: 'tcp://10.0.0.1:8443',
        PKI_PORT_8443_TCP_PROTO: 'tcp',
        PKI_PORT_8443_TCP_PORT: '8443',
        PKI_PORT_8443_TCP_ADDR: '10.0.0.1',
      };
      await (await started(newHome(), links)).stop();
    });

    it('names a port that is taken, and the setting', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const taken = `127.0.0.1:${port}`;
      await refused(
        { PKI_DISTRIBUTION_LISTEN: taken },
        new RegExp(`PKI_DISTRIBUTION_LISTEN.*${port}`),
      );
      await refused({ PKI_MANAGEMENT_LISTEN: taken }, new RegExp(`PKI_MANAGEMENT_LISTEN.*${port}`));
      other.close();
    });

    it('says where a settings file is wrong, and changes nothing', async () => {
      const file = join(home.folder, 'settings.yaml');
      for (const [yaml, words] of [
        ['authorities: [', /settings\.yaml/],
        ['rotationTargets:\n  - name: shop\n    nmae: x\n', /rotationTargets\/0\/nmae/],
        ['rotationTarget: []\n', /rotationTarget/],
      ] as const) {
        writeFileSync(file, yaml);
        await refused({ PKI_CONFIG_FILE: file }, words);
      }
      await refused(
        { PKI_CONFIG_FILE: join(home.folder, 'none.yaml') },
        /PKI_CONFIG_FILE.*none\.yaml/,
      );
    });

    it('tells another key-encryption key from the right one, and harms nothing', async () => {
      const other = join(home.folder, 'other-key');
      writeFileSync(other, Buffer.alloc(32, 7), { mode: 0o600 });
      const yaml = join(home.folder, 'roots.yaml');
      const root = { name: 'second', kind: 'root', subject: { commonName: 'Second' } };
      const authorities = [{ ...root, keyAlgorithm: 'ecdsa-p256', validity: '5y' }];
      writeFileSync(yaml, JSON.stringify({ authorities }));
      await refused(
        { PKI_KEY_ENCRYPTION_KEY_FILE: other, PKI_CONFIG_FILE: yaml },
        /PKI_KEY_ENCRYPTION_KEY_FILE.*does not open authority .*: it was sealed under another key/,
      );
      const service = await started(home);
      const { items } = (await call(service, '/v1/authorities')).json<Page>();
      assert.deepEqual(
        items.map(({ name }) => name),
        ['issuing', 'root'],
      );
      assert.equal((await service.stop()).status, 0);
    });

    it('makes no new key over sealed authorities where the old one is missing', async () => {
      const absent = join(home.dataDir, 'another-key-encryption-key');
      await refused({ PKI_KEY_ENCRYPTION_KEY_FILE: absent }, /PKI_KEY_ENCRYPTION_KEY_FILE/);
      assert.deepEqual(readFileSync(kek), keyEncryptionKey);
      assert.ok(!readdirSync(home.dataDir).includes('another-key-encryption-key'));
    });
  });

  describe('a stop', { concurrency: 2 }, () => {
    /** RSA keys of 4,096 bits take long enough to be interrupted. */
    const slow = serverCertificate('slow.example.org', { keyAlgorithm: 'rsa-4096' });

    async function stopsCleanly(service: ServiceProcess, signal: () => void) {
      const answers = [1, 2].map(() =>
        call(service, '/v1/certificates', { body: slow, isKeptAlive: true }),
      );
      await requestsArrive(service);
      const start = performance.now();
      signal();
      for (const { status } of await Promise.all(answers)) assert.equal(status, 201);
      const answered = performance.now();
      const { status } = await service.ended;
      assert.ok(performance.now() - Math.max(start, answered) < STOP_PATIENCE_MS);
      assert.throws(() => process.kill(service.pid, 0), { code: 'ESRCH' });
      return status;
    }

    /** Two whole exchanges over connections of their own take longer than the way of what was sent before. */
    async function requestsArrive(service: ServiceProcess) {
      for (let turn = 0; turn < 2; turn += 1) await call(service, '/v1/authorities');
    }

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`by ${signal} lets requests in flight finish, though their connections are kept alive`, async () => {
        const service = await started(newHome());
        const status = await stopsCleanly(service, () => service.child.kill(signal));
        assert.equal(status, 0);
      });
    }

    it('by SIGTERM to npm alone does the same, and leaves no process behind', async () => {
      const service = await new ServiceProcess(newHome(), {}, true).ready();
      const status = await stopsCleanly(service, () => service.child.kill('SIGTERM'));
      assert.equal(status, 0);
    });

    it('by Ctrl-C, which reaches npm and the service at once, lets requests in flight finish', async () => {
      const service = await new ServiceProcess(newHome(), {}, true).ready();
      await stopsCleanly(service, () => process.kill(-Number(service.child.pid), 'SIGINT'));
    });
  });
});
