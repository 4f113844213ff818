import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { PkiError } from '../../../src/errors.ts';
import type { DestinationStore } from '../../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../../src/rotation/target.ts';
import { SecretStore } from '../../../storage/kubernetes/secret-store.ts';
import {
  notFound,
  type Received,
  type Reply,
  refusal,
  startFakeApiServer,
  TOKEN,
} from './fake-api-server.ts';
import { INSTANCE, presentState, secretDestination, secretWrite } from './worlds.ts';

type Store = DestinationStore<KubernetesSecretDestination>;

async function storeBefore(t: TestContext, answer: (request: Received) => Reply) {
  const server = await startFakeApiServer(t, answer);
  const options = {
    kubeconfigFiles: [server.kubeconfig],
    timeoutMs: 5_000,
    instance: INSTANCE,
  };
  const store: Store = new SecretStore(options);
  const impatient: Store = new SecretStore({ ...options, timeoutMs: 100 });
  return { ...server, store, impatient };
}

/** The failure of `work`, which must be one that a user can act on. */
async function failureOf(work: Promise<unknown>): Promise<PkiError> {
  const [outcome] = await Promise.allSettled([work]);
  assert.equal(outcome.status, 'rejected');
  assert.ok(outcome.reason instanceof PkiError, inspect(outcome.reason));
  assert.equal(outcome.reason.code, 'target-unavailable');
  return outcome.reason;
}

function forbidden(verb: string): Reply {
  const message = `secrets "web" is forbidden: User "x" cannot ${verb} resource "secrets" in API group ""`;
  return refusal(403, 'Forbidden', message, { name: 'web', kind: 'secrets' });
}

function secretWith(annotations: Record<string, string>): Reply {
  const metadata = { name: 'web', uid: 'c0ffee', resourceVersion: '42', annotations };
  return { status: 200, json: { kind: 'Secret', metadata, type: 'kubernetes.io/tls', data: {} } };
}

describe('SecretStore', () => {
  it('reads a missing Secret as absent', async (t) => {
    const { store } = await storeBefore(t, () => notFound);
    assert.deepEqual(await store.read(secretDestination()), { kind: 'absent' });
  });

  it('writes by one server-side apply under its own name', async (t) => {
    const { store, requests } = await storeBefore(t, () => secretWith({}));
    await store.write(secretDestination(), secretWrite({ found: presentState() }));
    assert.equal(requests.length, 1);
    const [{ method, url, headers }] = requests as [Received];
    assert.equal(method, 'PATCH');
    assert.equal(url.pathname, '/api/v1/namespaces/istio-system/secrets/web');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      fieldManager: 'certwright',
      force: 'true',
    });
    assert.equal(headers['content-type'], 'application/apply-patch+yaml');
    assert.equal(headers.authorization, `Bearer ${TOKEN}`);
  });

  it('touches by a merge patch of one annotation, of the version that was judged', async (t) => {
    const { store, requests } = await storeBefore(t, () => secretWith({}));
    const time = new Date('2030-01-01T00:00:00Z');
    const { version } = presentState();
    assert.equal(await store.touch?.(secretDestination(), { version, time }), true);
    const [{ method, url, headers, body }] = requests as [Received];
    assert.deepEqual([method, url.searchParams.get('fieldManager')], ['PATCH', 'certwright']);
    assert.equal(headers['content-type'], 'application/merge-patch+json');
    assert.deepEqual(JSON.parse(body), {
      metadata: {
        uid: '0b9f9a4e-0000-4000-8000-000000000000',
        resourceVersion: '4711',
        annotations: { 'certwright.dev/touched-at': '2030-01-01T00:00:00.000Z' },
      },
    });
  });

  it('deletes only its own Secret, and only the one that it has just judged', async (t) => {
    const mine = { 'certwright.dev/revision': '7', 'certwright.dev/target': 'web' };
    let annotations: Record<string, string> = mine;
    const { store, requests } = await storeBefore(t, () => secretWith(annotations));
    await store.remove(secretDestination(), 'web');
    assert.deepEqual(JSON.parse(requests.at(-1)?.body ?? ''), {
      preconditions: { uid: 'c0ffee', resourceVersion: '42' },
    });
    await store.remove(secretDestination({ adopt: true }), 'another');
    annotations = {};
    await store.remove(secretDestination({ adopt: true }), 'web');
    annotations = { ...mine, 'cert-manager.io/certificate-name': 'web' };
    await store.remove(secretDestination({ adopt: true }), 'web');
    const methods = requests.map(({ method }) => method);
    assert.deepEqual(methods, ['GET', 'DELETE', 'GET', 'GET', 'GET']);
  });

  it('is content when there is nothing to delete', async (t) => {
    const { store } = await storeBefore(t, () => notFound);
    await store.remove(secretDestination(), 'web');
  });

  it('names a context that the kubeconfig has not, without asking any API server', async (t) => {
    const { store } = await storeBefore(t, () => 'reset');
    const violations = await store.violationsOf(secretDestination({ context: 'nowhere' }));
    assert.deepEqual(
      violations.map(({ pointer }) => pointer),
      ['/destination/context'],
    );
    const good = secretDestination({ context: 'fake' });
    assert.deepEqual(await store.violationsOf(good), []);
  });
});

describe('an API server that refuses', () => {
  const write = (store: Store) => store.write(secretDestination(), secretWrite());
  const read = (store: Store) => store.read(secretDestination());
  const conflict = refusal(409, 'Conflict', 'Apply failed with 1 conflict', {
    causes: [{ message: 'conflict with "kubectl-edit" using v1', field: '.data.tls.crt' }],
  });
  const cases: readonly [string, Reply, (store: Store) => Promise<unknown>, RegExp][] = [
    [
      '403 to a read',
      forbidden('get'),
      read,
      /to get secrets in namespace "istio-system" \(403\): grant it the verb "get" on "secrets" there$/,
    ],
    ['403 to a write', forbidden('patch'), write, /grant it the verb "patch" on "secrets"/],
    [
      '403 to a first write',
      forbidden('create'),
      write,
      /grant it the verb "create" .* needs both "create" and "patch"/,
    ],
    [
      '403 of a quota',
      refusal(403, 'Forbidden', 'exceeded quota: q'),
      write,
      /refuses to write Secret "istio-system\/web" \(403\): exceeded quota: q$/,
    ],
    [
      '404 for the namespace',
      refusal(404, 'NotFound', '', { kind: 'namespaces' }),
      write,
      /no namespace "istio-system"/,
    ],
    [
      '404 of something else',
      { status: 404, html: '<h1>Not Found</h1>' },
      read,
      /did not read Secret "istio-system\/web" \(404\)/,
    ],
    [
      '409 with its author',
      conflict,
      write,
      /"istio-system\/web" was changed by "kubectl-edit" \(\.data\.tls\.crt\) meanwhile/,
    ],
    [
      '409 without one',
      refusal(409, 'Conflict', 'the object has been modified'),
      write,
      /changed by somebody else/,
    ],
    [
      '401',
      refusal(401, 'Unauthorized', 'Unauthorized'),
      read,
      /does not accept this service's credentials/,
    ],
    ['429', refusal(429, 'TooManyRequests', ''), write, /too much to do/],
    [
      '422',
      refusal(422, 'Invalid', 'type: field is immutable'),
      write,
      /did not write .* \(422\): type: field is immutable/,
    ],
    [
      'a page elsewhere for people to log in',
      { status: 302, json: {}, headers: { location: '/login' } },
      read,
      /did not answer as an API server does: it leads elsewhere \(302\)/,
    ],
    ['an empty object', { status: 200, json: {} }, write, /did not answer as an API server does/],
    ['500', { status: 500, html: '<h1>oops</h1>' }, write, /\(500\): no reason given/],
    [
      'a page of HTML',
      { status: 200, html: '<h1>Log in</h1>' },
      read,
      /did not answer as an API server does/,
    ],
    [
      'JSON that is no Secret',
      { status: 200, json: [] },
      read,
      /did not answer as an API server does/,
    ],
    ['a connection that breaks', 'reset', write, /cannot be reached: the connection was cut off/],
  ];
  for (const [name, reply, call, expected] of cases) {
    it(`is put in words: ${name}`, async (t) => {
      const { store } = await storeBefore(t, () => reply);
      assert.match((await failureOf(call(store))).message, expected);
    });
  }

  it('is put in words: nobody listens', async (t) => {
    const { store, stop } = await storeBefore(t, () => notFound);
    await stop();
    assert.match((await failureOf(read(store))).message, /the connection is refused/);
  });

  it('hangs no longer than the time allowed, and the next request goes through', async (t) => {
    let isHanging = true;
    const { impatient } = await storeBefore(t, () => (isHanging ? 'hang' : notFound));
    assert.match((await failureOf(read(impatient))).message, /did not answer in time/);
    assert.match((await failureOf(write(impatient))).message, /did not answer in time/);
    isHanging = false;
    assert.deepEqual(await read(impatient), { kind: 'absent' });
  });

  it('shows no key, certificate or token in any error, even if it quotes the request', async (t) => {
    const secret = Buffer.from('-----BEGIN PRIVATE KEY-----\n'.repeat(4)).toString('base64');
    const files = { 'tls.crt': secret, 'tls.key': secret };
    for (const status of [400, 403, 409, 422, 500]) {
      const { store } = await storeBefore(t, ({ body, headers }) => {
        const { data } = JSON.parse(body) as { readonly data: Record<string, string> };
        const words = `cannot take ${data['tls.key']?.slice(0, 300)} of ${headers.authorization}`;
        return refusal(status, 'Invalid', words);
      });
      const failure = await failureOf(store.write(secretDestination(), secretWrite({ files })));
      const lines: string[] = [];
      pino({}, { write: (line) => lines.push(line) }).error(failure);
      for (const shown of [inspect(failure, { depth: 9 }), ...lines]) {
        assert.equal(shown.includes(Buffer.from(secret).toString('base64').slice(0, 48)), false);
        assert.equal(shown.includes(TOKEN), false);
      }
    }
  });
});
