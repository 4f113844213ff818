import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { V1Secret } from '@kubernetes/client-node';
import { certificateIn } from '../../../src/discovery/credential.ts';
import { encodeCertificates } from '../../../src/x509/pem.ts';
import { secretCredential } from '../../../storage/kubernetes/secret-credential.ts';
import { keptSecret } from '../../../storage/kubernetes/watch/kept-secret.ts';
import { TestAuthorities } from '../../support/rotation.ts';

const KEPT_CHARACTERS = 4_000;
const authorities = await TestAuthorities.withSiblings(() => new Date());
const chain = encodeCertificates((await authorities.pathOf('issuing')).map(({ der }) => der));

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Somebody’s Secret, as large as the API server takes one: 900 KB of data, and as much again around it. */
function large(name: string, data: Record<string, string>, marks = {}): V1Secret {
  const filler = randomBytes(675_000).toString('base64');
  const f = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f:file-${at}`, {}]));
  const managers = Array.from({ length: 100 }, (_, at) => ({
    manager: `writer-${at}`,
    time: new Date(at),
    fieldsV1: { 'f:data': { ...f, 'f:tls.crt': {} } },
  }));
  return {
    metadata: {
      ...{ name, namespace: 'shop', uid: 'u', resourceVersion: '7' },
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': filler,
        'example.org/notes': filler.slice(0, 200_000),
        'certwright.dev/target': filler.slice(0, 50_000),
        ...marks,
      },
      labels: Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`l-${at}`, 'x'])),
      managedFields: managers,
      ownerReferences: managers.map(({ manager }) => ({
        ...{ apiVersion: 'v1', kind: 'ConfigMap', uid: 'u' },
        name: manager,
      })),
    },
    type: 'Opaque',
    data: { file: filler, ...data },
  };
}

describe('what is kept of a Secret of somebody else', () => {
  const entries: readonly Record<string, string>[] = [
    {},
    { 'tls.crt': base64(chain.repeat(500)), 'tls.key': base64('key'.repeat(200_000)) },
    { cert: base64('x'.repeat(900_000)), 'ca.crt': base64(chain.repeat(500)) },
  ];
  for (const [at, data] of entries.entries()) {
    it(`is little, however large it is (${at + 1})`, () => {
      const kept = JSON.stringify(keptSecret(large('web', data)));
      assert.ok(kept.length < KEPT_CHARACTERS, `${kept.length} characters`);
    });
  }

  it('is its first certificate, by which it is known who is served with it', () => {
    const { secret } = keptSecret(large('web', { 'tls.crt': base64(chain.repeat(500)) }));
    const { pem } = secretCredential(secret, 'i');
    assert.deepEqual(certificateIn(pem), certificateIn(chain));
    assert.ok(certificateIn(pem));
  });

  it('is whose it is, and who has written its certificate last', () => {
    const owned = large('web', {}, { 'cert-manager.io/certificate-name': 'web' });
    const { metadata } = keptSecret(owned).secret;
    assert.deepEqual(Object.keys(metadata?.annotations ?? {}), [
      'certwright.dev/target',
      'cert-manager.io/certificate-name',
    ]);
    assert.deepEqual(
      metadata?.ownerReferences?.map(({ name }) => name),
      ['writer-0'],
    );
    const writers = (metadata.managedFields ?? []).map(({ manager }) => manager);
    assert.deepEqual([writers.at(0), writers.at(-1)], ['writer-0', 'writer-99']);
  });

  it('is the client authorities where Istio looks for those of another Secret, unless they are too many', () => {
    const data = { 'ca.crt': base64(chain) };
    assert.deepEqual(keptSecret(large('web-cacert', data)).secret.data, data);
    assert.deepEqual(keptSecret(large('web', data)).secret.data, {});
    const many = { 'ca.crt': base64(chain.repeat(500)) };
    assert.deepEqual(keptSecret(large('web-cacert', many)).secret.data, { 'ca.crt': base64('…') });
  });
});

describe('what is kept of a Secret that says that it is ours', () => {
  const mark = { 'certwright.dev/revision': '3' };

  it('is all that is judged, and nothing else', () => {
    const data = { 'tls.crt': base64(chain), 'tls.key': base64('key'), crl: base64('crl') };
    const { secret, isWhole } = keptSecret(large('web', data, mark));
    assert.deepEqual([secret.data, isWhole], [data, true]);
  });

  it('is as little as of any other where it is larger than ours are: it is read when it is judged', () => {
    const kept = keptSecret(large('web', { 'ca.crl': base64('x'.repeat(900_000)) }, mark));
    assert.deepEqual([kept.isWhole, kept.isMarked], [false, true]);
    assert.ok(JSON.stringify(kept).length < KEPT_CHARACTERS);
  });
});
