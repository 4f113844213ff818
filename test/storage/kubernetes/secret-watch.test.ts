import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Clusters } from '../../../storage/kubernetes/clusters.ts';
import { SecretWatch } from '../../../storage/kubernetes/watch/secret-watch.ts';
import { FakeObjects } from './fake-objects.ts';

const TIMEOUT_MS = 2_000;

describe('a watch of Secrets', () => {
  it('lets many wait for its first list, without a word about a leak', async (t) => {
    const fake = await FakeObjects.start(t);
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    const watch = new SecretWatch({
      clusters: new Clusters({ kubeconfigFiles: [fake.kubeconfig] }, TIMEOUT_MS),
      context: undefined,
      namespace: 'istio-system',
      onChange: () => undefined,
      onFailure: () => undefined,
      onLive: () => undefined,
    });
    t.after(() => watch.stop());
    const finds = Array.from({ length: 24 }, () => watch.find('web', TIMEOUT_MS));
    for (const { isKnown } of await Promise.all(finds)) assert.equal(isKnown, true);
    assert.deepEqual(warnings, []);
  });
});
