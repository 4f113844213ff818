import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { LeaseLock } from '../../../storage/kubernetes/lease-lock.ts';
import { type Reply, refusal, startFakeApiServer } from './fake-api-server.ts';

const at = { namespace: 'certwright', name: 'rotation' };
const path = '/apis/coordination.k8s.io/v1/namespaces/certwright/leases';
const record = {
  holder: 'one',
  acquiredAt: new Date('2030-01-02T03:04:05.006Z'),
  renewedAt: new Date('2030-01-02T03:04:06.007Z'),
  transitions: 3,
};
interface Sent {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec: { readonly acquireTime: string; readonly renewTime: string };
}

const lease = { metadata: { resourceVersion: '7' }, spec: { holderIdentity: 'two' } };

async function lockAt(t: TestContext, answers: Readonly<Record<string, Reply>>) {
  const server = await startFakeApiServer(t, ({ method }) => answers[method] ?? 'reset');
  const lock = new LeaseLock({ kubeconfigFiles: [server.kubeconfig] }, at, 2_000);
  const asked = () => server.requests.map(({ method, url }) => `${method} ${url.pathname}`);
  const bodies = () => server.requests.map(({ body }) => JSON.parse(body) as Sent);
  return { lock, asked, bodies };
}

describe('a Lease', () => {
  it('that is not there is made, whatever rest the answer asks for', async (t) => {
    const missing = refusal(404, 'NotFound', 'not found', {}, { 'retry-after': '60' });
    const { lock, asked } = await lockAt(t, { GET: missing, POST: { status: 201, json: lease } });
    assert.equal(await lock.read(), undefined);
    assert.equal(await lock.write(record, undefined), true);
    assert.deepEqual(asked(), [`GET ${path}/rotation`, `POST ${path}`]);
  });

  it('has its times with six digits of a fraction, as MicroTime is read', async (t) => {
    const { lock, bodies } = await lockAt(t, { POST: { status: 201, json: lease } });
    await lock.write(record, undefined);
    const [{ spec } = assert.fail()] = bodies();
    assert.equal(spec.acquireTime, '2030-01-02T03:04:05.006000Z');
    assert.equal(spec.renewTime, '2030-01-02T03:04:06.007000Z');
  });

  it('that somebody else has changed is not taken', async (t) => {
    const answers = { PUT: refusal(409, 'Conflict', 'changed') };
    const { lock, asked, bodies } = await lockAt(t, answers);
    assert.equal(await lock.write(record, '7'), false);
    assert.deepEqual(asked(), [`PUT ${path}/rotation`]);
    assert.equal(bodies()[0]?.metadata.resourceVersion, '7');
  });

  it('is read with its version, and nothing else is taken for one', async (t) => {
    const { lock } = await lockAt(t, { GET: { status: 200, json: lease } });
    const found = await lock.read();
    assert.equal(found?.version, '7');
    assert.equal(found.record.holder, 'two');
    const { lock: another } = await lockAt(t, { GET: { status: 200, json: {} } });
    await assert.rejects(another.read(), SyntaxError);
  });
});
