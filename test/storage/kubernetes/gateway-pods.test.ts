import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { GatewayPodsPlace } from '../../../src/rotation/served-place.ts';
import { GatewayPods } from '../../../storage/kubernetes/gateway-pods.ts';
import { type Received, type Reply, refusal, startFakeApiServer } from './fake-api-server.ts';

const place: GatewayPodsPlace = {
  ...{ kind: 'gatewayPods', namespace: 'istio-system', port: 8_443 },
  selector: { istio: 'ingressgateway', app: 'gateway' },
};

async function podsBefore(t: TestContext, answer: (request: Received) => Reply) {
  const { kubeconfig, requests } = await startFakeApiServer(t, answer);
  const pods = new GatewayPods({ kubeconfigFiles: [kubeconfig], timeoutMs: 5_000 });
  return { pods, requests };
}

function podList(items: readonly object[], metadata: object = {}): Reply {
  return { status: 200, json: { kind: 'PodList', apiVersion: 'v1', metadata, items } };
}

function pod(name: string, changes: { metadata?: object; status?: object } = {}): object {
  const status = {
    ...{ phase: 'Running', podIP: '10.0.0.1' },
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  return {
    metadata: { name, ...changes.metadata },
    status: { ...status, ...changes.status },
  };
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const [outcome] = await Promise.allSettled([work]);
  assert.equal(outcome.status, 'rejected');
  assert.ok(outcome.reason instanceof PkiError);
  assert.equal(outcome.reason.code, 'target-unavailable');
  return outcome.reason.message;
}

describe('GatewayPods', () => {
  it('asks for the pods with the labels, in the namespace', async (t) => {
    const { pods, requests } = await podsBefore(t, () => podList([pod('a')]));
    assert.deepEqual(await pods.find(place), [{ name: 'a', address: '10.0.0.1' }]);
    const [{ method, url } = { method: '', url: new URL('x:') }] = requests;
    assert.deepEqual([method, url.pathname], ['GET', '/api/v1/namespaces/istio-system/pods']);
    assert.equal(url.searchParams.get('labelSelector'), 'istio=ingressgateway,app=gateway');
  });

  it('passes a selector on as it is written', async (t) => {
    const { pods, requests } = await podsBefore(t, () => podList([pod('a')]));
    await pods.find({ ...place, selector: 'istio in (a, b),!canary' });
    assert.equal(requests[0]?.url.searchParams.get('labelSelector'), 'istio in (a, b),!canary');
  });

  it('finds those that are ready, and none that starts, ends or has no address', async (t) => {
    const items = [
      pod('ready'),
      pod('starts', { status: { phase: 'Pending', podIP: undefined, conditions: [] } }),
      pod('unready', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }),
      pod('ends', { metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }),
      pod('has ended', { status: { phase: 'Succeeded' } }),
      pod('nowhere', { status: { podIP: undefined } }),
      pod('newer', { status: { podIP: 'fd00::1' } }),
    ];
    const { pods } = await podsBefore(t, () => podList(items));
    assert.deepEqual(await pods.find(place), [
      { name: 'ready', address: '10.0.0.1' },
      { name: 'newer', address: 'fd00::1' },
    ]);
  });

  it('says so where there is none, where none is ready, and where there are too many', async (t) => {
    const replies = [podList([]), podList([pod('a', { status: { phase: 'Pending' } })])];
    replies.push(podList([pod('a')], { continue: 'more' }));
    const { pods } = await podsBefore(t, () => replies.shift() ?? 'hang');
    const where = 'with "istio=ingressgateway,app=gateway" in namespace "istio-system"';
    assert.equal(await refusalOf(pods.find(place)), `there is no pod ${where}`);
    assert.equal(await refusalOf(pods.find(place)), `none of the 1 pods ${where} is ready`);
    assert.equal(await refusalOf(pods.find(place)), `there are more than 500 pods ${where}`);
  });

  it('names the right that is missing', async (t) => {
    const message =
      'pods is forbidden: User "x" cannot list resource "pods" in API group "" in the namespace "istio-system"';
    const { pods } = await podsBefore(t, () => refusal(403, 'Forbidden', message));
    const words =
      'Kubernetes does not allow this service to list pods in namespace "istio-system" (403): grant it the verb "list" on "pods" there';
    assert.equal(await refusalOf(pods.find(place)), words);
  });

  it('says what else is wrong with the API server, and of what it was asked', async (t) => {
    const replies: Reply[] = [
      refusal(500, 'InternalError', 'etcd is away'),
      { status: 200, html: '<p>Log in</p>' },
      { status: 200, json: {} },
      'reset',
    ];
    const { pods } = await podsBefore(t, () => replies.shift() ?? 'hang');
    const failure = 'Kubernetes did not list pods in namespace "istio-system" (500): etcd is away';
    assert.equal(await refusalOf(pods.find(place)), failure);
    for (const _ of [1, 2]) {
      assert.match(
        await refusalOf(pods.find(place)),
        /^Kubernetes did not answer as an API server/,
      );
    }
    assert.match(await refusalOf(pods.find(place)), /^Kubernetes cannot be reached/);
  });

  it('knows the contexts of the kubeconfig without asking anybody', async (t) => {
    const { pods, requests } = await podsBefore(t, () => 'hang');
    assert.equal(await pods.hasContext('fake'), true);
    assert.equal(await pods.hasContext('other'), false);
    assert.equal(requests.length, 0);
  });
});
