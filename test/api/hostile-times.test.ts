import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { generalName, handMadeRequest } from '../unit/x509/hand-made-request.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import { MALFORMED, REFUSED, Refusals } from './refusals-on-the-wire.ts';
import { directoryTarget } from './targets-on-the-wire.ts';

const { api, newDirectory } = await startApi();
const refusals = new Refusals(api);
const csr = handMadeRequest({ names: [generalName.dns('a.b')] });

function ask(request: Readonly<Record<string, unknown>>) {
  return api.post('/v1/certificates', { authority: 'issuing', profile: 'server', ...request });
}

describe('POST /v1/certificates with a hostile duration', () => {
  const malformed = [
    '-1d',
    '-30d',
    '0d',
    '0s',
    '00d',
    '01d',
    '1.5d',
    '1,5d',
    '1e3d',
    '+1d',
    '٣d',
    '1d\n',
    'P1D',
    '',
  ];
  const huge = ['1000000d', '99999999999999999999d', 'Infinityd', 'NaNd', '9'.repeat(100_000)];
  for (const validity of [...malformed, ...huge]) {
    it(`400: ${JSON.stringify(validity.slice(0, 30))}, and nothing is issued`, async () => {
      for (const names of [{ dnsNames: ['a.b'] }, { csr }]) {
        await refusals.assertRefused(() => ask({ ...names, validity }), MALFORMED, ['/validity']);
      }
    });
  }

  for (const validity of [30, -1, null, true, ['30d'], { days: 30 }]) {
    it(`400: ${JSON.stringify(validity)}, which is no text`, async () => {
      await refusals.assertRefused(() => ask({ dnsNames: ['a.b'], validity }), MALFORMED, [
        '/validity',
      ]);
    });
  }

  for (const validity of ['826d', '999999d', '7970y', '999999y']) {
    it(`422: ${validity}, which is longer than anybody may have`, async () => {
      for (const names of [{ dnsNames: ['a.b'] }, { csr }]) {
        await refusals.assertRefused(() => ask({ ...names, validity }), REFUSED, ['/validity']);
      }
    });
  }
});

describe('POST /v1/authorities with a hostile duration', () => {
  it('400, 422: what is none, and what would end after the year 9999', async () => {
    const subject = { commonName: 'For Ever' };
    const root = { name: 'for-ever', kind: 'root', subject, keyAlgorithm: 'ecdsa-p256' };
    const create = (validity: string) => () => api.post('/v1/authorities', { ...root, validity });
    for (const validity of ['-1y', '0y', '1.5y', '1000000y']) {
      await refusals.assertRefused(create(validity), MALFORMED, ['/validity']);
    }
    for (const validity of ['7975y', '999999y']) {
      await refusals.assertRefused(create(validity), REFUSED, ['/validity']);
    }
  });
});

describe('POST /v1/rotation/targets with a hostile duration', () => {
  const target = (changes: Readonly<Record<string, unknown>>) =>
    api.post(
      '/v1/rotation/targets',
      directoryTarget(newDirectory(), { name: 'hostile', ...changes }),
    );

  it('400, 422: durations, and no target is made', async () => {
    for (const member of ['validity', 'renewBefore']) {
      for (const text of ['-1d', '0d', '1.5d', '1000000d', '']) {
        await refusals.assertRefused(() => target({ [member]: text }), MALFORMED, [`/${member}`]);
      }
      await refusals.assertRefused(() => target({ [member]: '999999y' }), REFUSED, [`/${member}`]);
    }
    assert.deepEqual((await api.get('/v1/rotation/targets')).json<{ items: unknown }>().items, []);
  });
});

describe('GET /v1/certificates with a hostile instant', () => {
  const query = (instant: string) =>
    api.get(`/v1/certificates?expiresBefore=${encodeURIComponent(instant)}`);

  for (const instant of [
    ...[
      '0000-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
      '1899-01-01T00:00:00Z',
    ],
    ...[
      '-000001-01-01T00:00:00Z',
      '-1-01-01T00:00:00Z',
      '+010000-01-01T00:00:00Z',
      '10000-01-01T00:00:00Z',
    ],
    ...[
      '9999-12-31T23:59:60Z',
      '2030-02-29T00:00:00Z',
      '2030-00-01T00:00:00Z',
      '2030-01-01T24:00:00Z',
    ],
    ...[
      '2030-01-01T00:00:00',
      '2030-01-01T00:00:00+00:00',
      '2030-W01-1',
      '1893456000',
      '8.64e15',
      '',
      ' ',
    ],
    ...['2030-01-01T00:00:00Z\0', '２０３０-01-01T00:00:00Z', '9'.repeat(1_000)],
  ]) {
    it(`400: ${JSON.stringify(instant.slice(0, 30))}`, async () => {
      assert.deepEqual(placesIn(await query(instant), ...MALFORMED), ['expiresBefore']);
    });
  }

  it('200: from the first to the last instant that there is', async () => {
    const ending = async (instant: string) => {
      const reply = await query(instant);
      assert.equal(reply.status, 200, reply.text);
      return reply.json<{ items: readonly unknown[] }>().items.length;
    };
    assert.equal(await ending('1970-01-01T00:00:00Z'), 0);
    assert.ok((await ending('9999-12-31T23:59:59Z')) > 0);
    assert.ok((await ending(`9999-12-31T23:59:59.${'9'.repeat(500)}Z`)) > 0);
  });
});
