import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { BASIC_CONSTRAINTS } from '../../src/x509/oids.ts';
import { startApi } from '../support/api.ts';
import { basicConstraints, certified, outsideAuthority } from '../support/outside-authority.ts';
import {
  type AuthorityJson,
  pendingAuthority,
  shown,
  signedOutside,
} from './authorities-on-the-wire.ts';
import { certificatesIn, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();
const root = outsideAuthority({ subject: 'Outside Root CA' });

const bring = (name: string, certificate: string, more: object = {}) =>
  api.post(`/v1/authorities/${name}/certificate`, { certificate, ...more });

describe('POST /v1/authorities/{name}/certificate', () => {
  it('200: the authority signs from then on, and its root is recorded without a key', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'platform');
    const { pem } = certified(certificationRequest, root);
    const reply = await bring('platform', root.pem + pem);
    assert.equal(reply.status, 200, reply.text);
    const authority = reply.json<AuthorityJson>();
    assert.deepEqual([authority.status, authority.parent], ['active', 'outside-root-ca']);
    assert.deepEqual([authority.certificate, authority.chain], [pem, root.pem]);
    assert.equal(authority.warnings, undefined);
    assert.deepEqual(await shown(api, 'platform'), authority);
    const above = await shown(api, 'outside-root-ca');
    assert.deepEqual([above.status, above.kind, above.parent], ['external', 'root', null]);
    const leaf = await issue(api, { authority: 'platform', dnsNames: ['a.example.org'] });
    const [issuer] = certificatesIn(leaf.chain);
    assert.ok(issuer && new X509Certificate(leaf.certificate).verify(issuer.publicKey));
    const refused = { ...signedOutside, name: 'x', parent: 'outside-root-ca', validity: '1y' };
    const answer = await api.post('/v1/authorities', refused);
    problemIn(answer, 409, 'authority-cannot-issue');
    assert.match(answer.text, /private key of authority \\"outside-root-ca\\" is not here/);
  });

  it('200: nothing is recorded twice where the root is known already, sent along or not', async () => {
    const countOf = async () =>
      (await api.get('/v1/authorities')).json<{ items: unknown[] }>().items.length;
    for (const [name, sent] of [
      ['second', ''],
      ['third', root.pem],
    ] as const) {
      const { certificationRequest } = await pendingAuthority(api, name);
      const before = await countOf();
      const reply = await bring(name, certified(certificationRequest, root).pem + sent);
      assert.equal(reply.json<AuthorityJson>().parent, 'outside-root-ca', reply.text);
      assert.equal(await countOf(), before);
    }
  });

  it('200: the caller names the authorities above, from below upwards', async () => {
    const top = outsideAuthority({ subject: 'Top' });
    const middle = outsideAuthority({ subject: 'Middle', issuer: top });
    const { certificationRequest } = await pendingAuthority(api, 'named');
    const path = certified(certificationRequest, middle).pem + top.pem + middle.pem;
    const reply = await bring('named', path, { namesAbove: ['policy', 'corp-root'] });
    assert.equal(reply.json<AuthorityJson>().parent, 'policy', reply.text);
    const middleJson = await shown(api, 'policy');
    assert.deepEqual([middleJson.parent, middleJson.kind], ['corp-root', 'intermediate']);
  });

  it('200: the very same certificate once more changes nothing, not even the journal', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'again');
    const { pem } = certified(certificationRequest, root);
    const first = await bring('again', pem);
    const journal = (await api.get('/v1/audit?limit=1')).text;
    assert.match(journal, /"action":"authority.certified"/);
    const second = await bring('again', pem + root.pem);
    assert.equal(second.status, 200);
    assert.deepEqual(second.json(), first.json());
    assert.equal((await api.get('/v1/audit?limit=1')).text, journal);
  });

  it('200: warns where the certificate has another subject than was asked for', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'renamed');
    const { pem } = certified(certificationRequest, root, { subject: 'Renamed Issuing' });
    const { warnings } = (await bring('renamed', pem)).json<AuthorityJson>();
    assert.deepEqual(
      warnings?.map(({ code }) => code),
      ['subject-changed'],
    );
  });

  it('200: several processes may be asked at once, and one of two certificates wins', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'raced');
    const pems = [1, 2, 3].map(() => certified(certificationRequest, root).pem);
    const replies = await Promise.all(pems.map((pem) => bring('raced', pem)));
    assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 409, 409]);
    const won = pems[replies.findIndex(({ status }) => status === 200)];
    assert.equal((await shown(api, 'raced')).certificate, won);
  });

  it('400: what is no certificate in PEM', async () => {
    await pendingAuthority(api, 'unread');
    for (const text of ['x', root.pem.slice(0, -40), root.keyPem + root.pem]) {
      const reply = await bring('unread', text);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/certificate'], text);
    }
  });

  it('404: an authority that does not exist', async () => {
    problemIn(await bring('nobody', root.pem), 404, 'authority-unknown');
  });

  it('409: another certificate for an authority that has one, however it was made', async () => {
    for (const name of ['issuing', 'root', 'platform', 'outside-root-ca']) {
      const reply = await bring(name, outsideAuthority({ subject: 'Other' }).pem);
      problemIn(reply, 409, 'authority-certified');
    }
  });

  it('409: a name for an authority above that is taken', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'clash');
    const top = outsideAuthority({ subject: 'Another Top' });
    const path = certified(certificationRequest, top).pem + top.pem;
    const reply = await bring('clash', path, { namesAbove: ['issuing'] });
    assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/namesAbove/0']);
  });

  it('422: the certificate of another key, or with more names than there are authorities', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'picky');
    const other = await bring('picky', outsideAuthority({ subject: 'A', issuer: root }).pem);
    assert.deepEqual(placesIn(other, 422, 'chain-invalid'), ['/certificate']);
    assert.match(other.text, /none of the certificates is for the key/);
    const { pem } = certified(certificationRequest, root);
    const surplus = await bring('picky', pem, { namesAbove: ['one'] });
    assert.deepEqual(placesIn(surplus, 422, 'request-refused'), ['/namesAbove/0']);
    assert.equal((await shown(api, 'picky')).status, 'pending');
  });

  it('422: a certificate that may not sign, of a path that does not hold, with everything at once', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'strict');
    const narrow = outsideAuthority({
      subject: 'Narrow Root',
      extensions: { [BASIC_CONSTRAINTS]: { isCritical: true, value: basicConstraints(0) } },
    });
    const leaf = certified(certificationRequest, narrow, {
      extensions: { [BASIC_CONSTRAINTS]: null },
    });
    const reply = await bring('strict', leaf.pem + narrow.pem + root.pem);
    const places = placesIn(reply, 422, 'chain-invalid');
    assert.deepEqual(places, ['/certificate', '/certificate', '/certificate']);
    for (const words of [
      /is no authority/,
      /allows 0 authorities below it/,
      /is not on the path/,
    ]) {
      assert.match(reply.text, words);
    }
  });

  it('422: a serial number that the authority outside has used before', async () => {
    const serialNumber = '0b';
    for (const [name, status] of [
      ['numbered', 200],
      ['numbered-alike', 422],
    ] as const) {
      const { certificationRequest } = await pendingAuthority(api, name);
      const { pem } = certified(certificationRequest, root, { serialNumber });
      assert.equal((await bring(name, pem + root.pem)).status, status);
    }
  });
});
