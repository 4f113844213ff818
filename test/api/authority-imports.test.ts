import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { NOW } from '../support/issuance.ts';
import {
  type OutsideAuthority,
  outsideAuthority,
  rsaKeyPair,
} from '../support/outside-authority.ts';
import {
  type AuthorityJson,
  lockedKey,
  PASSWORD,
  pathOf,
  pfxOf,
  shown,
} from './authorities-on-the-wire.ts';
import { certificatesIn, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();

const bring = (body: object) => api.post('/v1/authorities/import', body);
describe('POST /v1/authorities/import', () => {
  it('201: an intermediate with its root, which is recorded without a key; leaves verify', async () => {
    const root = outsideAuthority({ subject: 'Team Root' });
    const team = outsideAuthority({ subject: 'Team Issuing', issuer: root });
    const body = { name: 'team', certificate: pathOf(root, team), privateKey: team.keyPem };
    const reply = await bring(body);
    assert.equal(reply.status, 201, reply.text);
    assert.equal(reply.headers['location'], '/v1/authorities/team');
    const authority = reply.json<AuthorityJson>();
    assert.deepEqual([authority.status, authority.parent], ['active', 'team-root']);
    assert.equal(authority.warnings, undefined);
    assert.deepEqual(await shown(api, 'team'), authority);
    assert.equal((await shown(api, 'team-root')).status, 'external');
    const leaf = await issue(api, { authority: 'team', dnsNames: ['a.example.org'] });
    assert.deepEqual(certificatesIn(leaf.chain).map(String), [team.pem, root.pem]);
    assert.ok(new X509Certificate(leaf.certificate).verify(team.keys.publicKey));
  });

  it('201: a root, which signs intermediates from then on', async () => {
    const root = outsideAuthority({ subject: 'Moved Root' });
    const reply = await bring({ name: 'moved', certificate: root.pem, privateKey: root.keyPem });
    const { kind, parent } = reply.json<AuthorityJson>();
    assert.deepEqual([kind, parent], ['root', null]);
    const below = await api.post('/v1/authorities', {
      ...{ name: 'moved-below', kind: 'intermediate', parent: 'moved', validity: '1y' },
      ...{ subject: { commonName: 'Below' }, keyAlgorithm: 'ecdsa-p256' },
    });
    assert.equal(below.status, 201, below.text);
    assert.equal(below.json<AuthorityJson>().chain, root.pem);
  });

  it('201: by a PFX, and by keys in every form that tools lock them in', async () => {
    const root = outsideAuthority({ subject: 'Forms Root' });
    const rsa = rsaKeyPair();
    const members: readonly ((own: OutsideAuthority) => object | Promise<object>)[] = [
      (own) => ({ privateKey: lockedKey(own), password: PASSWORD }),
      (own) => ({ privateKey: `remarks\n${lockedKey(own, 'sec1')}`, password: PASSWORD }),
      async (own) => ({ pfx: await pfxOf(own, root), password: PASSWORD }),
    ];
    for (const [index, member] of members.entries()) {
      const own = outsideAuthority({ subject: `Form ${index}`, issuer: root });
      const source = await member(own);
      const certificates = 'pfx' in source ? {} : { certificate: pathOf(own, root) };
      const reply = await bring({ name: `form-${index}`, ...certificates, ...source });
      assert.equal(reply.status, 201, reply.text);
    }
    const own = outsideAuthority({ subject: 'Form RSA', issuer: root, keys: rsa });
    const pem = { certificate: pathOf(own, root), privateKey: lockedKey(own, 'pkcs1') };
    const reply = await bring({ name: 'form-rsa', ...pem, password: PASSWORD });
    assert.equal(reply.json<AuthorityJson>().rsaSignatureScheme, 'pkcs1-v1_5', reply.text);
  });

  it('201: an RSA key signs by PSS from then on, where that is asked for', async () => {
    const root = outsideAuthority({ subject: 'PSS Root', keys: rsaKeyPair() });
    const pem = { certificate: root.pem, privateKey: root.keyPem };
    const reply = await bring({ name: 'pss', ...pem, rsaSignatureScheme: 'pss' });
    assert.equal(reply.json<AuthorityJson>().rsaSignatureScheme, 'pss', reply.text);
    const ec = outsideAuthority({ subject: 'EC Root' });
    const refused = { name: 'ec', certificate: ec.pem, privateKey: ec.keyPem };
    const answer = await bring({ ...refused, rsaSignatureScheme: 'pss' });
    assert.deepEqual(placesIn(answer, 422, 'request-refused'), ['/rsaSignatureScheme']);
  });

  it('201: an authority that outlives its issuer, with a warning, and the leaves below do not', async () => {
    const root = outsideAuthority({
      subject: 'Short Root',
      notAfter: new Date(NOW.getTime() + 10 * 86_400_000),
    });
    const own = outsideAuthority({ subject: 'Long Issuing', issuer: root });
    const pem = { certificate: pathOf(own, root), privateKey: own.keyPem };
    const { warnings } = (await bring({ name: 'long', ...pem })).json<AuthorityJson>();
    const codes = warnings?.map(({ code }) => code);
    assert.deepEqual(codes, ['path-outlived-issuer']);
    assert.match(warnings?.[0]?.detail ?? '', /"CN=Long Issuing" outlives its issuer/);
    const server = { authority: 'long', profile: 'server', dnsNames: ['a.example.org'] };
    const reply = await api.post('/v1/certificates', { ...server, validity: '11d' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/validity']);
  });

  it('201: the key of an authority that was recorded without one, under its name', async () => {
    const root = outsideAuthority({ subject: 'Keyless Root' });
    const own = outsideAuthority({ subject: 'Keyless Issuing', issuer: root });
    await bring({ name: 'keyless', certificate: pathOf(own, root), privateKey: own.keyPem });
    const key = { certificate: root.pem, privateKey: root.keyPem };
    const elsewhere = await bring({ name: 'other-name', ...key });
    assert.deepEqual(placesIn(elsewhere, 409, 'name-taken'), ['/name']);
    assert.match(elsewhere.text, /that of authority \\"keyless-root\\"; import it under that name/);
    const before = await shown(api, 'keyless-root');
    const reply = await bring({ name: 'keyless-root', ...key });
    assert.equal(reply.status, 201, reply.text);
    assert.deepEqual(reply.json(), { ...before, status: 'active' });
    const more = {
      ...{ name: 'more', kind: 'intermediate', parent: 'keyless-root', validity: '1y' },
      ...{ subject: { commonName: 'More' }, keyAlgorithm: 'ecdsa-p256' },
    };
    assert.equal((await api.post('/v1/authorities', more)).status, 201);
    problemIn(await bring({ name: 'keyless-root', ...key }), 409, 'name-taken');
  });

  it('201: is journalled, with who has a key and who has none, and without the key', async () => {
    const root = outsideAuthority({ subject: 'Journal Root' });
    const own = outsideAuthority({ subject: 'Journal Issuing', issuer: root });
    await bring({ name: 'journal', certificate: pathOf(own, root), privateKey: own.keyPem });
    const { items } = (await api.get('/v1/audit?limit=2')).json<{
      items: readonly { action: string; details: { name: string; hasPrivateKey: boolean } }[];
    }>();
    assert.deepEqual(
      items.map(({ action, details }) => [action, details.name, details.hasPrivateKey]),
      [
        ['authority.imported', 'journal', true],
        ['authority.imported', 'journal-root', false],
      ],
    );
  });

  it('201: serial numbers may repeat across issuers, and a look-up then needs the authority', async () => {
    const serialNumber = '2a';
    for (const name of ['twin-a', 'twin-b']) {
      const root = outsideAuthority({ subject: `Root of ${name}` });
      const own = outsideAuthority({ subject: name, issuer: root, serialNumber });
      const pem = { certificate: pathOf(own, root), privateKey: own.keyPem };
      assert.equal((await bring({ name, ...pem })).status, 201);
    }
    problemIn(await api.get('/v1/certificates/2a'), 409, 'ambiguous-serial-number');
    const picked = await api.get('/v1/certificates/2A?authority=root-of-twin-b');
    assert.equal(picked.json<{ subject: { commonName: string } }>().subject.commonName, 'twin-b');
  });
});
