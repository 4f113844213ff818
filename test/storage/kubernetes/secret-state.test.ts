import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { V1Secret } from '@kubernetes/client-node';
import fc from 'fast-check';
import {
  contentHash,
  parseVersion,
  secretState,
} from '../../../storage/kubernetes/secret-state.ts';
import { files, INSTANCE, secretDestination } from './worlds.ts';

type Metadata = NonNullable<V1Secret['metadata']>;

const withCa = { ...files, 'ca.crt': 'the client authorities\n' };

function encoded(entries: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(entries);
  return Object.fromEntries(
    pairs.map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
}

/** A Secret that target `web` wrote as its revision 7. */
function ours(
  { data = files, ...other }: Partial<V1Secret> = {},
  metadata: Metadata = {},
): V1Secret {
  const annotations = {
    'certwright.dev/revision': '7',
    'certwright.dev/target': 'web',
    'certwright.dev/content-hash': contentHash(files),
    ...metadata.annotations,
  };
  const identity = { uid: 'c0ffee', resourceVersion: '42' };
  const type = 'kubernetes.io/tls';
  return {
    type,
    ...other,
    data: encoded(data),
    metadata: { ...identity, ...metadata, annotations },
  };
}

function byHand(entries: Readonly<Record<string, string>> = files): V1Secret {
  const metadata = { uid: 'c0ffee', resourceVersion: '42' };
  return { type: 'kubernetes.io/tls', data: encoded(entries), metadata };
}

function present(secret: V1Secret, destination = secretDestination()) {
  const state = secretState(secret, destination, { instance: INSTANCE });
  assert.equal(state.kind, 'present');
  return state;
}

describe('whose a Secret is', () => {
  const rivals: readonly [owner: RegExp, metadata: Metadata][] = [
    [/^cert-manager \(annotation /, { annotations: { 'cert-manager.io/certificate-name': 'web' } }],
    [/^cert-manager \(label /, { labels: { 'controller.cert-manager.io/fao': 'true' } }],
    [/^Secrets Store CSI /, { labels: { 'secrets-store.csi.k8s.io/managed': 'true' } }],
    [/^External Secrets /, { labels: { 'reconcile.external-secrets.io/managed': 'true' } }],
    [/^External Secrets /, { annotations: { 'reconcile.external-secrets.io/data-hash': 'x' } }],
    [/^Sealed Secrets /, { annotations: { 'sealedsecrets.bitnami.com/managed': 'true' } }],
    [/^Reflector /, { annotations: { 'reflector.v1.k8s.emberstack.com/reflects': 'a/b' } }],
    [/^Replicator /, { annotations: { 'replicator.v1.mittwald.de/replicate-from': 'a/b' } }],
    [/^Config Syncer /, { annotations: { 'kubed.appscode.com/origin': '{}' } }],
    [/^Argo CD /, { annotations: { 'argocd.argoproj.io/tracking-id': 'a:/Secret:b/c' } }],
    [/^Flux /, { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }],
    [
      /^SealedSecret "web" \(owner reference\)$/,
      {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'SealedSecret', name: 'web', uid: 'x', controller: true },
        ],
      },
    ],
  ];

  for (const [owner, metadata] of rivals) {
    it(`is foreign with the mark of ${owner.source}, even if it is ours and to be adopted`, () => {
      const state = secretState(ours({}, metadata), secretDestination({ adopt: true }), {
        instance: INSTANCE,
      });
      assert.equal(state.kind, 'foreign');
      assert.match(state.owner, owner);
    });
  }

  it('is foreign without our revision, and names the one who made it', () => {
    const secret = byHand();
    const managedFields = [{ manager: 'kubectl-create' }];
    const state = secretState(
      { ...secret, metadata: { ...secret.metadata, managedFields } },
      secretDestination(),
      { instance: INSTANCE },
    );
    assert.deepEqual(state, { kind: 'foreign', owner: 'somebody else ("kubectl-create")' });
  });

  for (const revision of ['', '0', '-1', 'seven', '1e3', '٧']) {
    it(`is foreign with a revision that we never write: "${revision}"`, () => {
      const secret = ours({}, { annotations: { 'certwright.dev/revision': revision } });
      assert.equal(
        secretState(secret, secretDestination(), { instance: INSTANCE }).kind,
        'foreign',
      );
    });
  }

  it('is present at revision 0 where a hand-made one is to be adopted', () => {
    const state = present(byHand(), secretDestination({ adopt: true }));
    assert.equal(state.revision, 0);
    assert.equal(state.isAsWritten, false);
    assert.deepEqual(state.files, files);
  });

  it('tells for which target of ours it was written last', () => {
    const target = { 'certwright.dev/target': 'other' };
    const writerOf = (annotations: Record<string, string>) =>
      present(ours({}, { annotations })).writer;
    const mine = { target: 'other', isThisService: true };
    assert.deepEqual(writerOf(target), mine);
    assert.deepEqual(writerOf({ ...target, 'certwright.dev/instance': INSTANCE }), mine);
    const another = writerOf({ ...target, 'certwright.dev/instance': 'another' });
    assert.deepEqual(another, { target: 'other', isThisService: false });
  });

  it('is foreign as soon as it goes away with another object, a controller or not', () => {
    const owner = { apiVersion: 'v1', kind: 'ExternalSecret', name: 'web', uid: 'x' };
    const state = secretState(ours({}, { ownerReferences: [owner] }), secretDestination(), {
      instance: INSTANCE,
    });
    assert.deepEqual(state, { kind: 'foreign', owner: 'ExternalSecret "web" (owner reference)' });
  });

  it('stays ours when Helm has put its name on it', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const state = present(ours({}, { labels }));
    assert.equal(parseVersion(state.version).managedBy, 'Helm');
  });
});

describe('what a Secret of ours holds', () => {
  it('is as written, with its revision and the version for the next write', () => {
    const state = present(ours());
    assert.deepEqual(state, {
      kind: 'present',
      files,
      isAsWritten: true,
      revision: 7,
      writer: { target: 'web', isThisService: true },
      version: 'c0ffee/42/',
    });
  });

  it('is not as written once one of our entries is changed, empty or gone', () => {
    for (const data of [{ ...files, 'tls.key': 'x' }, { ...files, 'tls.crt': '' }, {}]) {
      assert.equal(present(ours({ data })).isAsWritten, false);
    }
    assert.deepEqual(present(ours({ data: { 'tls.crt': '' } })).files, {});
  });

  it('leaves a ca.crt that we did not write to whoever did', () => {
    const state = present(ours({ data: withCa }));
    assert.equal(state.isAsWritten, true);
    assert.deepEqual(state.files, files);
  });

  it('has drifted when a ca.crt that we wrote is changed or gone', () => {
    const annotations = { 'certwright.dev/content-hash': contentHash(withCa) };
    assert.equal(present(ours({ data: withCa }, { annotations })).isAsWritten, true);
    const edited = present(ours({ data: { ...files, 'ca.crt': 'x' } }, { annotations }));
    assert.equal(edited.isAsWritten, false);
    assert.equal(edited.files['ca.crt'], 'x');
    assert.equal(present(ours({}, { annotations })).isAsWritten, false);
  });

  it('contentHash differs as soon as any file does', () => {
    const contents = fc.record(
      { 'tls.crt': fc.string(), 'tls.key': fc.string(), 'ca.crt': fc.string() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(contents, contents, (one, other) => {
        const areSame = (['tls.crt', 'tls.key', 'ca.crt'] as const).every(
          (name) => one[name] === other[name],
        );
        assert.equal(contentHash(one) === contentHash(other), areSame);
      }),
    );
  });
});

describe('what stands in the way of a write', () => {
  it('is a Secret that can never change again', () => {
    assert.match(
      present(ours({ immutable: true })).obstacle ?? '',
      /^Secret "istio-system\/web" is immutable/,
    );
  });

  it('is a type that cannot be changed', () => {
    const { obstacle } = present(ours({ type: 'Opaque' }));
    assert.match(
      obstacle ?? '',
      /"istio-system\/web" has type "Opaque" instead of "kubernetes\.io\/tls"/,
    );
  });

  it('are not entries beside ours, which are told as they are', () => {
    const data = { ...files, cert: 'x', key: '', 'tls.ocsp-staple': 'y', readme: 'z' };
    const { obstacle, beside } = present(ours({ data }));
    assert.equal(obstacle, undefined);
    assert.deepEqual(beside, {
      entries: { cert: Buffer.from('x'), 'tls.ocsp-staple': Buffer.from('y') },
    });
    assert.equal(present(ours({ data: files })).beside, undefined);
  });
});
