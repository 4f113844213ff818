import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { applyConfiguration } from '../../../storage/kubernetes/apply-configuration.ts';
import { contentHash } from '../../../storage/kubernetes/secret-state.ts';
import { files, INSTANCE, presentState, secretDestination, secretWrite } from './worlds.ts';

describe('applyConfiguration', () => {
  it('holds everything that changes in one body', () => {
    const found = presentState();
    const { body } = applyConfiguration(
      secretDestination(),
      secretWrite({ found, revision: 8 }),
      INSTANCE,
    );
    assert.deepEqual(body, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: 'istio-system',
        name: 'web',
        uid: '0b9f9a4e-0000-4000-8000-000000000000',
        resourceVersion: '4711',
        labels: { 'app.kubernetes.io/managed-by': 'certwright' },
        annotations: {
          'certwright.dev/revision': '8',
          'certwright.dev/content-hash': contentHash(files),
          'certwright.dev/target': 'web',
          'certwright.dev/instance': INSTANCE,
          'certwright.dev/serial-number': '4a',
          'certwright.dev/not-after': '2030-01-02T03:04:05.000Z',
        },
      },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': 'dGhlIGNlcnRpZmljYXRlCg==', 'tls.key': 'dGhlIHByaXZhdGUga2V5Cg==' },
    });
  });

  it('takes fields from others only where the Secret was judged', () => {
    const found = presentState();
    assert.equal(
      applyConfiguration(secretDestination(), secretWrite({ found }), INSTANCE).force,
      true,
    );
    assert.equal(applyConfiguration(secretDestination(), secretWrite(), INSTANCE).force, false);
  });

  it('creates and never merges where nothing was found', () => {
    const { body } = applyConfiguration(secretDestination(), secretWrite(), INSTANCE);
    assert.equal('uid' in body.metadata, false);
    assert.equal('resourceVersion' in body.metadata && body.metadata.resourceVersion, '1');
  });

  it('leaves the name that Helm has put on a Secret', () => {
    const found = presentState({ version: 'c0ffee/42/Helm' });
    const { body } = applyConfiguration(secretDestination(), secretWrite({ found }), INSTANCE);
    assert.deepEqual(body.metadata.labels, {});
  });

  it('refuses what no API server would take', () => {
    const obstacle = 'Secret "istio-system/web" is immutable';
    const found = presentState({ obstacle });
    const tooLarge = { ...files, 'ca.crt': 'x'.repeat(1024 * 1024) };
    for (const write of [secretWrite({ found }), secretWrite({ files: tooLarge })]) {
      assert.throws(
        () => applyConfiguration(secretDestination(), write, INSTANCE),
        (error) => error instanceof PkiError && error.code === 'target-unavailable',
      );
    }
  });
});
