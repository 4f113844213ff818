import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  answering,
  authorizationOf,
  kubeconfigOf,
  listen,
  notFound,
  type Received,
  selfSigned,
  startFakeApiServer,
  temporaryFolder,
} from './fake-api-server.ts';
import { reader } from './worlds.ts';

const absent = { kind: 'absent' };

describe('how a cluster is reached', () => {
  it('is asked of the context that the destination names, else of the current one', async (t) => {
    const [one, other] = [
      await startFakeApiServer(t, () => notFound),
      await startFakeApiServer(t, () => notFound),
    ];
    const folder = temporaryFolder(t);
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    writeFileSync(first, kubeconfigOf(one.url, { token: 'a' }, 'one'));
    writeFileSync(second, kubeconfigOf(other.url, { token: 'b' }, 'other'));
    const kubeconfigFiles = [join(folder, 'missing'), first, second];
    const read = reader({ kubeconfigFiles });
    await read();
    await read('other');
    await read('one');
    assert.deepEqual(one.requests.map(authorizationOf), ['Bearer a', 'Bearer a']);
    assert.deepEqual(other.requests.map(authorizationOf), ['Bearer b']);
  });

  it('takes the first file that defines a name, as kubectl does', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const later = join(temporaryFolder(t), 'later');
    writeFileSync(later, kubeconfigOf('http://127.0.0.1:9', { token: 'later' }));
    assert.deepEqual(await reader({ kubeconfigFiles: [server.kubeconfig, later] })(), absent);
  });

  it('follows a kubeconfig that changes', async (t) => {
    const one = await startFakeApiServer(t, () => notFound);
    const other = await startFakeApiServer(t, () => notFound);
    const read = reader({ file: one.kubeconfig });
    await read();
    writeFileSync(one.kubeconfig, readFileSync(other.kubeconfig));
    // Files are looked at ten times a second at most.
    await pause(150);
    await read();
    assert.deepEqual([one.requests.length, other.requests.length], [1, 1]);
  });

  it('recovers once a broken kubeconfig is mended', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const text = readFileSync(server.kubeconfig);
    const read = reader({ file: server.kubeconfig });
    writeFileSync(server.kubeconfig, 'users: [{name: a, user: {token: "hunter2}}]');
    await assert.rejects(read(), ({ message, cause }: Error) => {
      assert.match(message, /a kubeconfig file is not of the known form/);
      assert.doesNotMatch(String(cause), /hunter2/);
      return true;
    });
    writeFileSync(server.kubeconfig, text);
    assert.deepEqual(await read(), absent);
  });

  it('refuses a kubeconfig that is not UTF-8, as some shells write one, in these words', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const text = readFileSync(server.kubeconfig, 'utf8');
    writeFileSync(server.kubeconfig, Buffer.from(`\u{feff}${text}`, 'utf16le'));
    await assert.rejects(reader({ file: server.kubeconfig })(), /kubeconfig file is not UTF-8/);
  });

  it('uses its connections again for the requests of a pass', async (t) => {
    const ports = new Set<number | undefined>();
    const requests: Received[] = [];
    const folder = temporaryFolder(t);
    const { key, cert } = selfSigned(folder);
    const respond = answering(() => notFound, requests);
    const server = createServer({ key, cert }, (incoming, outgoing) => {
      ports.add(incoming.socket.remotePort);
      respond(incoming, outgoing);
    });
    const url = `https://127.0.0.1:${await listen(t, server)}`;
    const file = join(folder, 'config');
    writeFileSync(file, kubeconfigOf(url, { token: 'a' }));
    const read = reader({ file });
    for (let request = 0; request < 5; request += 1) await read();
    assert.equal(requests.length, 5);
    // A second one, where the first is not known to be free yet.
    assert.ok(ports.size <= 2, `${ports.size} connections`);
  });

  it('is never guessed', async (t) => {
    const folder = temporaryFolder(t);
    await assert.rejects(
      reader({})(),
      /there is no kubeconfig, and this service runs in no cluster/,
    );
    const missing = join(folder, 'missing');
    const inCluster = { server: 'https://127.0.0.1:9', credentialsDir: folder };
    await assert.rejects(
      reader({ file: missing, inCluster })(),
      /none of the kubeconfig files exists/,
    );

    const file = join(folder, 'config');
    const [cluster, user] = [
      { name: 'c', cluster: { server: 'https://127.0.0.1:9' } },
      { name: 'u', user: { token: 'a' } },
    ];
    const contexts = [
      { name: 'lost', context: { cluster: 'x', user: 'u' } },
      { name: 'nobody', context: { cluster: 'c', user: 'x' } },
    ];
    writeFileSync(file, JSON.stringify({ clusters: [cluster], users: [user], contexts }));
    const read = reader({ file });
    await assert.rejects(read(), /no current context/);
    await assert.rejects(read('lost'), /context "lost" names no known cluster/);
    await assert.rejects(read('nobody'), /context "nobody" names no known user/);
    await assert.rejects(read('other'), /no context "other"/);
  });
});

it('the Kubernetes client is not loaded before it is needed', () => {
  const store = new URL('../../../storage/kubernetes/secret-store.ts', import.meta.url);
  const program = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
    const { SecretStore } = await import(${JSON.stringify(store.href)});
    new SecretStore({ kubeconfigFiles: [], timeoutMs: 1 });
    process.stdout.write(JSON.stringify(seen));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program]);
  const seen = JSON.parse(output.toString()) as string[];
  assert.ok(seen.some((name) => name.endsWith('/secret-store.ts')));
  assert.deepEqual(
    seen.filter((name) => name.includes('@kubernetes')),
    [],
  );
});
