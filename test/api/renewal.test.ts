import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { type CertificateJson, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';
import { type ClientIdentity, openTlsListener, selfSigned, tlsCall } from './tls-call.ts';

const { api, apps, clock, recorded, recordCertificate } = await startApi();
const host = 'webapp.istioinaction.io';

/** The management listener as the service opens it, with TLS. */
const listening = await issue(api, { dnsNames: ['localhost'] });
const port = await openTlsListener(apps.management, {
  cert: listening.certificate,
  key: listening.privateKey ?? '',
});

function byCertificate(path: string, client: ClientIdentity | undefined, body: object = {}) {
  return tlsCall({ port, path, body, client });
}

const identityOf = ({ certificate, privateKey = '' }: CertificateJson): ClientIdentity => ({
  cert: certificate,
  key: privateKey,
});

type Way = 'renew' | 'rekey';
const pathOf = (serialNumber: string, way: string) => `/v1/certificates/${serialNumber}/${way}`;

async function issuesSameNames(way: Way): Promise<void> {
  const old = await issue(api, { dnsNames: [host], validity: '7d' });
  const path = pathOf(old.serialNumber, way);
  const byToken = await api.post(path, {});
  assert.equal(byToken.status, 201, byToken.text);
  const answers = [
    byToken.json<CertificateJson>(),
    (await byCertificate(path, identityOf(old))).json<CertificateJson>(),
  ];
  const before = new X509Certificate(old.certificate);
  for (const { certificate, privateKey, dnsNames, serialNumber } of answers) {
    assert.deepEqual(dnsNames, [host]);
    assert.notEqual(serialNumber, old.serialNumber);
    const isSameKey = new X509Certificate(certificate).publicKey.equals(before.publicKey);
    assert.equal(isSameKey, way === 'renew');
    assert.equal(privateKey !== undefined, way === 'rekey');
  }
  assert.equal(byToken.headers['location'], `/v1/certificates/${answers[0]?.serialNumber}`);
  const { items } = (await api.get('/v1/audit?limit=1')).json<{ items: { actor: string }[] }>();
  assert.equal(JSON.stringify(items).includes(`certificate ${old.serialNumber} of issuing`), true);
}

async function needsNoBody(way: Way): Promise<void> {
  const { serialNumber } = await issue(api, { dnsNames: [host] });
  assert.equal((await api.call('POST', pathOf(serialNumber, way))).status, 201);
}

async function refusesMalformedBodies(way: Way): Promise<void> {
  const { serialNumber } = await issue(api, { dnsNames: [host] });
  const reply = await api.post(pathOf(serialNumber, way), {
    validity: '-1d',
    dnsNames: [host],
  });
  assert.deepEqual(placesIn(reply, 400, 'request-malformed').toSorted(), [
    '/dnsNames',
    '/validity',
  ]);
}

async function knowsTheCertificateByItsOctets(way: Way): Promise<void> {
  const old = await issue(api, { dnsNames: [host], validity: '1h' });
  const path = pathOf(old.serialNumber, way);
  const lookAlike = selfSigned(old.serialNumber, host);
  const refused = async (client: Parameters<typeof byCertificate>[1], words: RegExp) =>
    assert.match((await byCertificate(path, client)).text, words);
  await refused(undefined, /"status":401,.*token is required/);
  await refused(lookAlike, /"status":401,.*certificate is no leaf that was issued here/);
  clock.advance(3_599_000);
  assert.equal((await byCertificate(path, identityOf(old))).status, 201);
  clock.advance(1_000);
  await refused(identityOf(old), /"status":401,.*certificate ended at 20/);
  assert.equal((await api.post(path, {})).status, 201);
}

async function refusesAnotherCertificate(way: Way): Promise<void> {
  const [own, other] = [
    await issue(api, { dnsNames: [host] }),
    await issue(api, { dnsNames: [host] }),
  ];
  const client = identityOf(own);
  const reply = await byCertificate(pathOf(other.serialNumber, way), client);
  assert.equal(reply.status, 403, reply.text);
  assert.equal(reply.json<{ code: string }>().code, 'forbidden');
}

async function refusesUnknownSerialNumbers(way: Way): Promise<void> {
  problemIn(await api.post(pathOf('4'.repeat(32), way), {}), 404, 'certificate-unknown');
}

async function asksWhoseIsMeant(way: Way): Promise<void> {
  const old = await issue(api, { dnsNames: [host] });
  const [own] = await recorded(old.serialNumber);
  assert.ok(own);
  await recordCertificate({ ...own, authority: 'root' });
  const path = pathOf(old.serialNumber, way);
  const places = placesIn(await api.post(path, {}), 409, 'ambiguous-serial-number');
  assert.deepEqual(places, ['authority']);
  assert.equal((await api.post(`${path}?authority=issuing`, {})).status, 201);
  // Which of them the client holds is plain from its octets.
  await recordCertificate({ ...own, authority: 'twin', der: Buffer.from('another') });
  const again = await issue(api, { dnsNames: [host] });
  assert.equal(
    (await byCertificate(pathOf(again.serialNumber, way), identityOf(again))).status,
    201,
  );
}

async function endsLoops(way: Way): Promise<void> {
  const own = await issue(api, { dnsNames: [`${way}-loop.example.org`] });
  const path = pathOf(own.serialNumber, way);
  const attempt = (body = {}) => byCertificate(path, identityOf(own), body);
  const attempts = Array.from({ length: 1_000 }, () => attempt({ validity: '-1d' }));
  for (const { status } of await Promise.all(attempts)) assert.equal(status, 400);
  const refused = await attempt();
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1'], refused.text);
  assert.equal((await api.post(path, {})).status, 201);
  clock.advance(1_000);
  assert.equal((await attempt()).status, 201);
}

async function refusesAuthoritiesAndLongLives(way: Way): Promise<void> {
  const { serialNumber } = (await api.get('/v1/authorities/issuing')).json<CertificateJson>();
  const places = placesIn(await api.post(pathOf(serialNumber, way), {}), 422, 'request-refused');
  assert.deepEqual(places, ['']);
  const leaf = await issue(api, { dnsNames: [host] });
  const tooLong = await api.post(pathOf(leaf.serialNumber, way), { validity: '826d' });
  assert.deepEqual(placesIn(tooLong, 422, 'request-refused'), ['/validity']);
}

describe('POST /v1/certificates/{serialNumber}/renew', () => {
  it('201: a certificate with the same names, by token, and by the certificate itself', () =>
    issuesSameNames('renew'));

  it('201: without a body', () => needsNoBody('renew'));

  it('400: a validity that is none, and a member that is not known', () =>
    refusesMalformedBodies('renew'));

  it('401: a client certificate that is not the certificate, octet for octet, or is over', () =>
    knowsTheCertificateByItsOctets('renew'));

  it('403: the client certificate of another one', () => refusesAnotherCertificate('renew'));

  it('404: a serial number that was never issued', () => refusesUnknownSerialNumbers('renew'));

  it('409: a serial number that several authorities have used, until one of them is picked', () =>
    asksWhoseIsMeant('renew'));

  it('422: an authority’s certificate, and a validity that its profile does not allow', () =>
    refusesAuthoritiesAndLongLives('renew'));

  it('429: the client certificate of a loop, until a second has passed', () => endsLoops('renew'));
});

describe('POST /v1/certificates/{serialNumber}/rekey', () => {
  it('201: a certificate with the same names, by token, and by the certificate itself', () =>
    issuesSameNames('rekey'));

  it('201: without a body', () => needsNoBody('rekey'));

  it('400: a validity that is none, and a member that is not known', () =>
    refusesMalformedBodies('rekey'));

  it('401: a client certificate that is not the certificate, octet for octet, or is over', () =>
    knowsTheCertificateByItsOctets('rekey'));

  it('403: the client certificate of another one', () => refusesAnotherCertificate('rekey'));

  it('404: a serial number that was never issued', () => refusesUnknownSerialNumbers('rekey'));

  it('409: a serial number that several authorities have used, until one of them is picked', () =>
    asksWhoseIsMeant('rekey'));

  it('422: an authority’s certificate, and a validity that its profile does not allow', () =>
    refusesAuthoritiesAndLongLives('rekey'));

  it('429: the client certificate of a loop, until a second has passed', () => endsLoops('rekey'));
});

describe('a client certificate of ours', () => {
  it('gives itself no longer a life than it was given, as the administrator may', async () => {
    const own = await issue(api, { dnsNames: [host], validity: '1h' });
    for (const way of ['renew', 'rekey'] as const) {
      const path = pathOf(own.serialNumber, way);
      const reply = await byCertificate(path, identityOf(own), { validity: '61m' });
      assert.equal(reply.status, 422, reply.text);
      assert.match(reply.text, /"pointer":"\/validity"/);
      const same = await byCertificate(path, identityOf(own), { validity: '1h' });
      assert.equal(same.status, 201, same.text);
      assert.equal((await api.post(path, { validity: '2h' })).status, 201);
    }
  });

  it('renews itself after a clock that was ahead is set back', async () => {
    const own = await issue(api, { dnsNames: ['ahead.example.org'], validity: '7d' });
    const renew = () => byCertificate(pathOf(own.serialNumber, 'renew'), identityOf(own));
    for (const offsetMs of [86_400_000, -86_400_000]) {
      clock.setBy(offsetMs);
      assert.equal((await renew()).status, 201);
    }
  });

  it('is that of its authority alone', async () => {
    const own = await issue(api, { dnsNames: [host] });
    const path = pathOf(own.serialNumber, 'renew');
    assert.equal((await byCertificate(`${path}?authority=issuing`, identityOf(own))).status, 201);
    assert.equal((await byCertificate(`${path}?authority=root`, identityOf(own))).status, 403);
  });

  it('may do nothing but renew and re-key itself', async () => {
    const own = await issue(api, { dnsNames: [host], storePrivateKey: true });
    const client = identityOf(own);
    for (const path of [
      `/v1/certificates/${own.serialNumber}/pfx`,
      '/v1/certificates',
      '/v1/authorities',
      `/v1/certificates/${own.serialNumber}/renew/`,
      '/v1/nothing',
    ]) {
      assert.equal((await byCertificate(path, client)).status, 403, path);
    }
    assert.equal((await tlsCall({ port, path: '/v1/certificates', client })).status, 403);
    assert.equal((await tlsCall({ port, path: '/openapi.yaml', client })).status, 200);
  });

  it('does not stand in for a token that is wrong', async () => {
    const own = await issue(api, { dnsNames: [host] });
    const path = pathOf(own.serialNumber, 'renew');
    const headers = { Authorization: 'Bearer wrong' };
    const reply = await tlsCall({ port, path, body: {}, headers, client: identityOf(own) });
    assert.equal(reply.status, 401);
  });

  it('renews what it is, even by a PFX of the renewed one', async () => {
    const own = await issue(api, { dnsNames: [host], storePrivateKey: true });
    const reply = await byCertificate(pathOf(own.serialNumber, 'renew'), identityOf(own));
    const { serialNumber } = reply.json<CertificateJson>();
    const pfx = await api.post(`/v1/certificates/${serialNumber}/pfx`, { password: 'x' });
    assert.equal(pfx.status, 200, pfx.text);
  });
});
