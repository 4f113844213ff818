import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';

/** Tells what is loaded by whatever is imported after it. */
const RECORDER = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  const { loadClientNode } = await import(process.argv[1]);
  const [one, other] = await Promise.all([loadClientNode(), loadClientNode()]);
  const kubeconfig = new one.KubeConfig();
  console.log(JSON.stringify({ loaded, isSame: one.KubeConfig === other.KubeConfig }));
`;

it('the classes of the API are not loaded with the client, which nobody uses here', async () => {
  const module = new URL('../../../storage/kubernetes/client-node.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', RECORDER, module];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { loaded, isSame } = JSON.parse(stdout) as { loaded: string[]; isSame: boolean };
  const ofClient = loaded.filter((url) => url.includes('/@kubernetes/client-node/'));
  assert.ok(ofClient.some((url) => url.endsWith('/dist/config.js')));
  assert.deepEqual(
    ofClient.filter((url) => /\/dist\/gen\/(models|apis|types)\//.test(url)),
    [],
  );
  assert.ok(isSame);
});
