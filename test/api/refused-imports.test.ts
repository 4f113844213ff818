import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodePem } from '../../src/x509/pem.ts';
import { startApi } from '../support/api.ts';
import { NOW } from '../support/issuance.ts';
import { ecKeyPair, outsideAuthority, rsaKeyPair } from '../support/outside-authority.ts';
import { lockedKey, PASSWORD, pathOf, pendingAuthority, pfxOf } from './authorities-on-the-wire.ts';
import { issue, placesIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();
const YEAR_MS = 365 * 86_400_000;

const bring = (body: object) => api.post('/v1/authorities/import', body);

describe('POST /v1/authorities/import, refused', () => {
  const root = outsideAuthority({ subject: 'Refused Root' });
  const own = outsideAuthority({ subject: 'Refused Issuing', issuer: root });
  const pem = { name: 'refused', certificate: pathOf(own, root), privateKey: own.keyPem };

  it('400: neither a PFX nor both PEM texts, or a PFX beside them', async () => {
    const pfx = await pfxOf(own, root);
    for (const [body, places] of [
      [{}, ['/name', '/certificate', '/privateKey']],
      [{ pfx, certificate: 'x' }, ['/name', '/certificate']],
      [{ certificate: 1, odd: 1 }, ['/name', '/certificate', '/odd', '/privateKey']],
      [[], ['']],
      [{ name: 'refused' }, ['/certificate', '/privateKey']],
      [{ name: 'refused', certificate: root.pem }, ['/privateKey']],
      [{ ...pem, pfx }, ['/certificate', '/privateKey']],
      [{ name: 'refused', pfx: `${pfx.slice(0, 40)}\n${pfx.slice(40)}` }, ['/pfx']],
    ] as const) {
      assert.deepEqual(placesIn(await bring(body), 400, 'request-malformed'), places);
    }
  });

  it('400: says that a PFX would do where nothing is sent', async () => {
    const reply = await bring({ name: 'refused' });
    const { errors } = reply.json<{ errors: readonly { detail: string }[] }>();
    for (const { detail } of errors)
      assert.equal(detail, 'is required, unless a PFX is sent as pfx');
  });

  it('400: names what RFC 5280 forbids in a certificate', async () => {
    const zero = outsideAuthority({ subject: 'Zero', serialNumber: '00' });
    const body = { name: 'zero', certificate: zero.pem, privateKey: zero.keyPem };
    const reply = await bring(body);
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/certificate']);
    assert.match(reply.text, /not a certificate as RFC 5280 has it: the serialNumber is zero/);
  });

  it('400: texts that are cut off, keys that are weak or of another kind, each by name', async () => {
    const weak = outsideAuthority({ subject: 'Weak', keys: rsaKeyPair(1024) });
    const curve = outsideAuthority({ subject: 'Curve', keys: ecKeyPair('secp256k1') });
    for (const [what, changes, pointer, words] of [
      ['a certificate', { certificate: root.pem.slice(0, -30) }, '/certificate', /cut off/],
      ['a key', { privateKey: own.keyPem.slice(0, -30) }, '/privateKey', /cut off/],
      [
        'a certificate beside a key',
        { privateKey: own.keyPem + own.pem },
        '/privateKey',
        /a PEM block \\"CERTIFICATE\\" stands beside the private key/,
      ],
      ['two keys', { privateKey: own.keyPem + root.keyPem }, '/privateKey', /more than one/],
      ['a weak root', { certificate: weak.pem }, '/certificate', /an RSA key of 1024 bits/],
      [
        'an odd curve',
        { certificate: curve.pem },
        '/certificate',
        /has a key on the curve .*; supported are P-256/,
      ],
      ['an odd key', { privateKey: curve.keyPem }, '/privateKey', /none of the curves/],
    ] as const) {
      const reply = await bring({ ...pem, ...changes });
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [pointer], what);
      assert.match(reply.text, words);
    }
  });

  it('400: what is no PFX, or no encrypted key, whatever its password is', async () => {
    const pfx = await pfxOf(own, root);
    const noKey = encodePem('ENCRYPTED PRIVATE KEY', Buffer.from('3000', 'hex'));
    for (const [changes, pointer, words] of [
      [{ pfx: 'AAAAAAAA' }, '/pfx', /the PFX is no PFX/],
      [{ pfx: 'MAMCAQI=' }, '/pfx', /the PFX is no PFX of version 3/],
      [{ pfx: pfx.slice(0, 40) }, '/pfx', /the PFX cannot be read \(a length beyond the end/],
      [
        { pfx: Buffer.alloc(131_073, 0x30).toString('base64') },
        '/pfx',
        /the PFX has more than 131072 octets/,
      ],
      [{ certificate: own.pem, privateKey: noKey }, '/privateKey', /is no encrypted key in DER/],
    ] as const) {
      const reply = await bring({ name: 'refused', password: PASSWORD, ...changes });
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [pointer]);
      assert.match(reply.text, words);
    }
  });

  it('409: a name that is taken, of a pending authority too, before the key is opened', async () => {
    await pendingAuthority(api, 'awaiting');
    for (const name of ['issuing', 'awaiting']) {
      const reply = await bring({ ...pem, name, password: 'whatever' });
      assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/name']);
    }
    const named = await bring({ ...pem, namesAbove: ['refused'] });
    assert.deepEqual(placesIn(named, 409, 'name-taken'), ['/namesAbove/0']);
  });

  it('409: the certificate of an authority that has its key, under another name', async () => {
    const mine = outsideAuthority({ subject: 'Mine' });
    const body = { certificate: mine.pem, privateKey: mine.keyPem };
    assert.equal((await bring({ ...body, name: 'mine' })).status, 201);
    const reply = await bring({ ...body, name: 'mine-too' });
    assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/name']);
  });

  it('422: a password that is wrong, missing or not needed', async () => {
    const pfx = await pfxOf(own, root);
    const encrypted = { ...pem, privateKey: lockedKey(own) };
    for (const [body, places, words] of [
      [{ ...encrypted, password: 'wrong' }, ['/password'], /does not open it/],
      [encrypted, ['/password'], /is needed/],
      [{ ...pem, password: PASSWORD }, ['/password'], /has no password/],
      [
        { ...pem, privateKey: lockedKey(own, 'sec1'), password: 'wrong' },
        ['/password'],
        /not open/,
      ],
      [{ name: 'refused', pfx, password: 'wrong' }, ['/password'], /does not open it/],
      [{ name: 'refused', pfx }, ['/password'], /does not open it/],
    ] as const) {
      const reply = await bring(body);
      assert.deepEqual(placesIn(reply, 422, 'private-key-locked'), places, reply.text);
      assert.match(reply.text, words);
    }
  });

  it('422: a key of another certificate, a leaf, a missing link, a stranger, each by name', async () => {
    const other = outsideAuthority({ subject: 'Other', issuer: root });
    const stranger = outsideAuthority({ subject: 'Stranger' });
    const expired = outsideAuthority({
      ...{ subject: 'Expired', issuer: root },
      notAfter: new Date(NOW.getTime() - YEAR_MS / 2),
    });
    for (const [changes, place, words] of [
      [{ privateKey: other.keyPem }, '/privateKey', /belongs to none of the certificates/],
      [
        { certificate: own.pem },
        '/certificate',
        /"CN=Refused Root", whose certificate was not sent/,
      ],
      [{ certificate: pathOf(own, root, stranger) }, '/certificate', /3 .* is not on the path/],
      [
        { certificate: pathOf(expired, root), privateKey: expired.keyPem },
        '/certificate',
        /"CN=Expired"\): expired at 2029/,
      ],
    ] as const) {
      const reply = await bring({ ...pem, ...changes });
      assert.deepEqual(placesIn(reply, 422, 'chain-invalid'), [place], reply.text);
      assert.match(reply.json<{ detail: string }>().detail, words);
    }
    const leaf = await issue(api, { dnsNames: ['a.example.org'] });
    const asAuthority = { certificate: leaf.certificate, privateKey: leaf.privateKey };
    const reply = await bring({ name: 'leaf', ...asAuthority });
    assert.deepEqual([...new Set(placesIn(reply, 422, 'chain-invalid'))], ['/certificate']);
    assert.match(reply.text, /is no authority/);
  });

  it('422: an issuer that has used a serial number twice, within the path or before', async () => {
    const numbered = outsideAuthority({ subject: 'Numbered Root', serialNumber: '01' });
    const first = outsideAuthority({ subject: 'First', issuer: numbered, serialNumber: '01' });
    const twice = { certificate: pathOf(first, numbered), privateKey: first.keyPem };
    const within = await bring({ name: 'first', ...twice });
    assert.deepEqual(placesIn(within, 422, 'chain-invalid'), ['/certificate', '/certificate']);
    assert.match(within.text, /has given serial number 01 to another certificate/);
    const [good, bad] = ['Second', 'Third'].map((name) =>
      outsideAuthority({ subject: name, issuer: numbered, serialNumber: '02' }),
    );
    assert.ok(good && bad);
    const second = { certificate: pathOf(good, numbered), privateKey: good.keyPem };
    assert.equal((await bring({ name: 'second', ...second })).status, 201);
    const third = { certificate: bad.pem, privateKey: bad.keyPem };
    const before = await bring({ name: 'third', ...third });
    assert.deepEqual(placesIn(before, 422, 'chain-invalid'), ['/certificate']);
  });

  it('422: names for authorities above where none is new, though the key of one is', async () => {
    const top = outsideAuthority({ subject: 'Unnamed Root' });
    const low = outsideAuthority({ subject: 'Unnamed', issuer: top });
    await bring({ name: 'unnamed', certificate: pathOf(low, top), privateKey: low.keyPem });
    const key = { name: 'unnamed-root', certificate: top.pem, privateKey: top.keyPem };
    const reply = await bring({ ...key, namesAbove: ['x'] });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/namesAbove/0']);
  });
});
