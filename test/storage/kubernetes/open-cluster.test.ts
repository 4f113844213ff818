import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  answering,
  authorizationOf,
  kubeconfigOf,
  listen,
  notFound,
  type Received,
  refusal,
  selfSigned,
  startFakeApiServer,
  temporaryFolder,
} from './fake-api-server.ts';
import { reader } from './worlds.ts';

const absent = { kind: 'absent' };
const unauthorized = refusal(401, 'Unauthorized', 'Unauthorized');

/** A kubeconfig whose user is made by a shell script, as credential plugins make theirs. */
function pluginKubeconfig(folder: string, url: string, script: string): string {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: '/bin/sh',
    args: ['-c', script],
    env: [{ name: 'FOLDER', value: folder }],
  };
  const file = join(folder, 'plugin-config');
  writeFileSync(file, kubeconfigOf(url, { exec }));
  return file;
}

function credential(token: string): string {
  return `echo '{"kind":"ExecCredential","status":{"token":"${token}"}}'`;
}

describe('who asks', () => {
  it('is the pod itself inside a cluster, with the token that its file holds now', async (t) => {
    const folder = temporaryFolder(t);
    const { key, cert } = selfSigned(folder);
    const requests: Received[] = [];
    let accepted = 'Bearer old';
    const respond = answering(
      (request) => (authorizationOf(request) === accepted ? notFound : unauthorized),
      requests,
    );
    const server = `https://127.0.0.1:${await listen(t, createServer({ key, cert }, respond))}`;
    writeFileSync(join(folder, 'token'), 'old\n');
    const read = reader({ inCluster: { server, credentialsDir: folder } });
    assert.deepEqual(await read(), absent);
    accepted = 'Bearer new';
    writeFileSync(join(folder, 'token'), 'new\n');
    assert.deepEqual(await read(), absent);
    const asked = requests.map(authorizationOf);
    assert.deepEqual(asked, ['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('is read from a tokenFile beside the kubeconfig, before any token in it', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets', 'token'), 'from-file\n');
    const file = join(folder, 'config');
    writeFileSync(file, kubeconfigOf(server.url, { tokenFile: 'secrets/token', token: 'inline' }));
    await reader({ file })();
    assert.equal(authorizationOf(server.requests[0]), 'Bearer from-file');
  });

  it('is told by a credential plugin, which runs once for a crowd', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const folder = temporaryFolder(t);
    const script = `echo run >> "$FOLDER/runs"; ${credential('from-plugin')}`;
    const read = reader({ file: pluginKubeconfig(folder, server.url, script) });
    await Promise.all([read(), read(), read()]);
    assert.deepEqual(
      new Set(server.requests.map(authorizationOf)),
      new Set(['Bearer from-plugin']),
    );
    assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'run\n');
  });

  it('is asked of the plugin again when its token is no longer taken', async (t) => {
    const folder = temporaryFolder(t);
    const server = await startFakeApiServer(t, (request) =>
      authorizationOf(request) === 'Bearer 2' ? notFound : unauthorized,
    );
    const script = `echo run >> "$FOLDER/runs"; ${credential(`'$(wc -l < "$FOLDER/runs")'`)}`;
    const read = reader({ file: pluginKubeconfig(folder, server.url, script) });
    assert.deepEqual(await read(), absent);
  });

  it('stays unknown while a plugin hangs, of which there is never a second', async (t) => {
    const server = await startFakeApiServer(t, () => notFound);
    const folder = temporaryFolder(t);
    const script = `echo run >> "$FOLDER/runs"; while [ -e "$FOLDER/runs" ]; do sleep 0.02; done; ${credential('late')}`;
    const read = reader({ file: pluginKubeconfig(folder, server.url, script), timeoutMs: 150 });
    await assert.rejects(read(), /the credential plugin hangs/);
    await assert.rejects(read(), /the credential plugin hangs/);
    assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'run\n');
    rmSync(join(folder, 'runs'));
    const attempts = 100;
    for (let attempt = 0; attempt < attempts && server.requests.length === 0; attempt += 1) {
      await read().catch(() => undefined);
    }
    assert.equal(authorizationOf(server.requests[0]), 'Bearer late');
  });

  it('stays unknown when a plugin fails, and only the log says why', async (t) => {
    const folder = temporaryFolder(t);
    const script = 'echo "please log in" >&2; exit 1';
    const read = reader({ file: pluginKubeconfig(folder, 'https://127.0.0.1:9', script) });
    await assert.rejects(read(), ({ message, cause }: Error) => {
      assert.match(message, /^the credentials for Kubernetes .* cannot be had$/);
      assert.match(String(cause), /please log in/);
      return true;
    });
  });
});
