import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { contract, operations } from '../support/documented-operations.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';

const { api, distribution, log } = await startApi();

const MIB = 1024 * 1024;

describe('every answer', () => {
  it('has a request id of its own, which the log has too', async () => {
    const replies = await Promise.all([
      api.get('/v1/authorities'),
      api.get('/v1/authorities', { token: null }),
      api.get('/nowhere'),
      api.get('/docs'),
      distribution.get('/livez'),
    ]);
    const ids = replies.map(({ headers }) => headers['x-request-id'] ?? '');
    assert.equal(new Set(ids).size, replies.length);
    for (const id of ids) {
      assert.ok(
        log.some((line) => line.includes(id)),
        `${id} is not in the log`,
      );
    }
  });

  it('has a request id that is not the caller’s choice', async () => {
    const mine = '00000000-0000-4000-8000-000000000000';
    const reply = await api.get('/docs', { headers: { 'X-Request-Id': mine } });
    assert.notEqual(reply.headers['x-request-id'], mine);
  });

  it('says nothing of what the service is made of', async () => {
    for (const reply of [await api.get('/v1/audit'), await api.get('/nowhere')]) {
      const names = Object.keys(reply.headers);
      assert.deepEqual(
        names.filter((name) => /powered|server|version/.test(name)),
        [],
      );
    }
  });

  it('is never an error of the log where the caller is at fault', async () => {
    const before = log.length;
    await api.get('/nowhere');
    await api.post('/v1/certificates', {});
    const levels = log.slice(before).map((line) => (JSON.parse(line) as { level: number }).level);
    assert.ok(levels.length >= 2 && levels.every((level) => level <= 30), String(levels));
  });
});

describe('a path that there is not', () => {
  for (const path of [
    '/',
    '/v1',
    '/v1/',
    '/v1/crl',
    '/v1/certificates/a/b',
    '/problems',
    '//v1/audit',
  ]) {
    it(`404: ${path}`, async () => {
      problemIn(await api.get(path), 404, 'route-unknown');
    });
  }

  it('404: on the distribution listener too, where nothing of the other one is', async () => {
    for (const path of ['/', '/v1/authorities', '/docs', '/openapi.yaml']) {
      const reply = await distribution.get(path);
      assert.equal(reply.json<{ code: string }>().code, 'route-unknown');
    }
  });

  it('401: under /v1 nobody learns what there is without a token', async () => {
    problemIn(await api.get('/v1/crl', { token: null }), 401, 'unauthenticated');
    const reply = await api.get('/v1/crl', { token: 'wrong' });
    problemIn(reply, 401, 'unauthenticated');
    assert.match(reply.text, /this is not the administrator’s token/);
  });

  it('400: a path that cannot be decoded', async () => {
    for (const path of ['/v1/authorities/%zz', '/v1/certificates/%c3', '/problems/%']) {
      problemIn(await api.get(path), 400, 'request-malformed');
    }
  });
});

describe('a method that a path has not', () => {
  for (const [path, item] of Object.entries(contract.paths)) {
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
    // GET of an authority that is called "import" is that of any other.
    const isNamed = (method: string) => path === '/v1/authorities/import' && method === 'GET';
    const missing = methods.filter((method) => !(method.toLowerCase() in item) && !isNamed(method));
    it(`405: ${missing.join(', ')} ${path}`, async () => {
      const listener = item.servers ? distribution : api;
      for (const method of missing) {
        problemIn(
          await listener.call(method, path.replaceAll(/[{}]/g, '')),
          405,
          'method-not-allowed',
        );
      }
    });
  }

  it('401: comes first under /v1', async () => {
    problemIn(await api.call('PATCH', '/v1/authorities', { token: null }), 401, 'unauthenticated');
  });
});

describe('HEAD', () => {
  it('is answered like GET', async () => {
    for (const { path } of operations.filter(
      ({ method, path }) => method === 'get' && !path.includes('{'),
    )) {
      const listener = contract.paths[path]?.servers ? distribution : api;
      const [head, get] = [await listener.call('HEAD', path), await listener.get(path)];
      assert.equal(head.headers['content-type'], get.headers['content-type'], path);
    }
  });
});

describe('a body', () => {
  const ofLength = (octets: number) => `{"a":"${'x'.repeat(octets - 8)}"}`;

  it('413: from one octet more than 1 MiB on', async () => {
    const just = await api.post('/v1/pfx', undefined, { text: ofLength(MIB) });
    problemIn(just, 400, 'request-malformed');
    const over = await api.post('/v1/pfx', undefined, { text: ofLength(MIB + 1) });
    problemIn(over, 413, 'body-too-large');
  });

  it('is JSON with parameters and capitals in its media type as well', async () => {
    const contentType = 'Application/JSON; charset=UTF-8';
    const reply = await api.post('/v1/rotation/run', {}, { contentType });
    assert.equal(reply.status, 200, reply.text);
  });

  it('400: octets that are not UTF-8 are never read as something else', async () => {
    const body = { authority: 'issuing', profile: 'client', subject: { commonName: 'Büro' } };
    const text = Buffer.from(JSON.stringify(body), 'latin1');
    const reply = await api.post('/v1/certificates', undefined, { text });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['']);
  });

  it('means nothing where the method takes none, and must be JSON all the same', async () => {
    const sent = (text: string) =>
      api.call('GET', '/v1/profiles', { text, contentType: 'application/json' });
    assert.equal((await sent('{"nonsense":1}')).status, 200);
    assert.deepEqual(placesIn(await sent('{"a":1,"a":2}'), 400, 'request-malformed'), ['/a']);
  });

  it('401: is not even read without a token', async () => {
    const reply = await api.post('/v1/pfx', undefined, { text: ofLength(MIB + 1), token: null });
    problemIn(reply, 401, 'unauthenticated');
  });

  it('400: names a wrong member however deep it is', async () => {
    const reply = await api.post('/v1/rotation/targets', {
      name: 'a',
      authority: 'issuing',
      profile: 'server',
      validity: '1d',
      destination: { type: 'directory', path: '/x', clientAuthorities: ['a', 1, { b: 2 }] },
    });
    const place = '/destination/clientAuthorities';
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [`${place}/1`, `${place}/2`]);
  });
});
