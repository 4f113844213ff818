import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { type CertificateJson, issue, placesIn } from './certificates-on-the-wire.ts';

const { api, clock } = await startApi();

const HOUR_MS = 3_600_000;

/** Issued one after the other; what is found is compared by these names. */
clock.advance(1_000);
const first = await issue(api, {
  dnsNames: ['a.example.org', 'shared.example.org'],
  validity: '1h',
});
clock.advance(1_000);
const second = await issue(api, { dnsNames: ['b.example.org', 'shared.example.org'] });
clock.advance(1_000);
const third = await issue(api, { profile: 'client', subject: { commonName: 'c' }, validity: '2d' });

interface Page {
  readonly items: readonly CertificateJson[];
  readonly nextCursor: string | null;
}

async function page(query: string): Promise<Page> {
  const reply = await api.get(`/v1/certificates${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Page>();
}

async function serialNumbers(query: string): Promise<readonly string[]> {
  return (await page(query)).items.map(({ serialNumber }) => serialNumber);
}

describe('GET /v1/certificates', () => {
  const leaves = [third, second, first].map(({ serialNumber }) => serialNumber);

  it('200: everything that was issued, the newest first, the authorities at the end', async () => {
    const { items, nextCursor } = await page('');
    assert.deepEqual(
      items.slice(0, 3).map(({ serialNumber }) => serialNumber),
      leaves,
    );
    const authorities = items.slice(3).map(({ profile }) => profile);
    assert.deepEqual(authorities.toSorted(), ['intermediate', 'root']);
    assert.equal(nextCursor, null);
  });

  it('200: an item is what is shown of the certificate itself', async () => {
    const { items } = await page('?limit=1');
    const shown = await api.get(`/v1/certificates/${third.serialNumber}`);
    assert.deepEqual(items[0], shown.json());
  });

  it('200: by a DNS name, which must be whole', async () => {
    assert.deepEqual(await serialNumbers('?dnsName=a.example.org'), [first.serialNumber]);
    const shared = [second.serialNumber, first.serialNumber];
    assert.deepEqual(await serialNumbers('?dnsName=SHARED.example.org'), shared);
    assert.deepEqual(await serialNumbers('?dnsName=example.org'), []);
  });

  it('200: by authority and by profile', async () => {
    assert.deepEqual(await serialNumbers('?authority=issuing'), leaves);
    assert.deepEqual(await serialNumbers('?authority=nobody'), []);
    assert.deepEqual(await serialNumbers('?profile=client'), [third.serialNumber]);
    assert.equal((await serialNumbers('?profile=root&authority=root')).length, 1);
  });

  it('200: by the instant before which they end', async () => {
    assert.deepEqual(await serialNumbers(`?expiresBefore=${third.notAfter}`), [first.serialNumber]);
    const both = await serialNumbers('?expiresBefore=2030-07-01T00:00:00.5Z');
    assert.deepEqual(both, [third.serialNumber, first.serialNumber]);
  });

  it('200: the filters add up', async () => {
    const found = await serialNumbers(
      '?dnsName=shared.example.org&expiresBefore=2030-06-16T00:00:00Z',
    );
    assert.deepEqual(found, [first.serialNumber]);
  });

  it('200: pages of any size hold everything once', async () => {
    const all = await serialNumbers('');
    for (const limit of [1, 2, 5, 1_000]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { items, nextCursor }: Page = await page(`?limit=${limit}${after}`);
        assert.ok(items.length <= limit && items.length > 0);
        seen.push(...items.map(({ serialNumber }) => serialNumber));
        cursor = nextCursor;
      } while (cursor !== null);
      assert.deepEqual(seen, all);
    }
  });

  it('200: a certificate that is issued meanwhile shifts no page', async () => {
    const { items, nextCursor } = await page('?limit=2&profile=server');
    assert.equal(items.length, 2);
    assert.equal(nextCursor, null);
    const one = await page('?limit=1&authority=issuing');
    clock.advance(1_000);
    await issue(api, { profile: 'client', subject: { commonName: 'meanwhile' } });
    const next = await serialNumbers(`?limit=1&authority=issuing&cursor=${one.nextCursor}`);
    assert.deepEqual(next, [second.serialNumber]);
  });

  it('200: by status, from the second after the last one', async () => {
    clock.advance(Date.parse(first.notAfter) - clock.now().getTime());
    assert.deepEqual(await serialNumbers('?status=expired'), []);
    clock.advance(999);
    assert.deepEqual(await serialNumbers('?status=expired'), []);
    clock.advance(1);
    assert.deepEqual(await serialNumbers('?status=expired'), [first.serialNumber]);
    assert.ok(!(await serialNumbers('?status=valid')).includes(first.serialNumber));
    const shown = await api.get(`/v1/certificates/${first.serialNumber}`);
    assert.equal(shown.json<CertificateJson>().status, 'expired');
    clock.advance(HOUR_MS);
  });

  const wrong = [
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', '1e2'],
    ['limit', '0x10'],
    ['limit', '%2010'],
    ['limit', ''],
    ['cursor', 'abc'],
    ['cursor', ''],
    ['cursor', '%00'],
    ['dnsName', 'not%20a%20name'],
    ['authority', 'not a name'],
    ['profile', 'no name'],
    ['status', 'revoked'],
    ['expiresBefore', '2030-01-01'],
    ['expiresBefore', '2030-02-30T00:00:00Z'],
    ['expiresBefore', '2030-01-01T00:00:00%2B01:00'],
    ['expiresBefore', 'tomorrow'],
    ['surprise', '1'],
    ['__proto__', '1'],
    ['constructor', '1'],
  ] as const;
  for (const [parameter, value] of wrong) {
    it(`400: ${parameter}=${value}`, async () => {
      const reply = await api.get(`/v1/certificates?${parameter}=${value}`);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [parameter]);
    });
  }

  it('400: names every parameter at fault at once', async () => {
    const reply = await api.get('/v1/certificates?limit=0&status=x&surprise=1');
    const places = placesIn(reply, 400, 'request-malformed');
    assert.deepEqual(places.toSorted(), ['limit', 'status', 'surprise']);
  });

  it('400: a parameter that is there twice, even with one value', async () => {
    const reply = await api.get('/v1/certificates?status=valid&status=valid');
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['status']);
  });

  it('400: the cursor of another list, or of the same one with other filters', async () => {
    const { nextCursor } = await page('?limit=1');
    const narrowed = await api.get(`/v1/certificates?limit=1&profile=server&cursor=${nextCursor}`);
    assert.deepEqual(placesIn(narrowed, 400, 'request-malformed'), ['cursor']);
    const audit = (await api.get('/v1/audit?limit=1')).json<Page>();
    const foreign = await api.get(`/v1/certificates?cursor=${audit.nextCursor}`);
    assert.deepEqual(placesIn(foreign, 400, 'request-malformed'), ['cursor']);
  });
});
