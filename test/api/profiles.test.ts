import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { ProfileBody, presentProfile } from '../../api/schemas/profile.ts';
import { startApi } from '../support/api.ts';
import { issue, placesIn, problemIn } from './certificates-on-the-wire.ts';
import { directoryTarget } from './targets-on-the-wire.ts';

const shop = {
  name: 'shop',
  extKeyUsage: ['serverAuth', '1.3.6.1.4.1.99999.1'],
  validity: { default: '2d' },
  subjectAltNames: { dnsNames: { permitted: ['shop.example.org'] } },
};
const publicUrl = 'http://pki.example.org';
const { api, distribution, newDirectory, breakDatabase } = await startApi({
  profiles: [ProfileBody.parse(shop)],
  publicUrl,
});

type Terms = Readonly<Record<string, unknown>> & { readonly name: string; readonly kind: string };

async function listed(): Promise<readonly Terms[]> {
  const reply = await api.get('/v1/profiles');
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ items: readonly Terms[] }>().items;
}

describe('GET /v1/profiles', () => {
  it('200: shows the built-in profiles and those of the settings file, nothing left out', async () => {
    const items = await listed();
    assert.deepEqual(
      items.map(({ name, kind }) => `${name} ${kind}`),
      [
        'root authority',
        'intermediate authority',
        'server leaf',
        'client leaf',
        'server-client leaf',
        'spiffe leaf',
        'shop leaf',
      ],
    );
    assert.deepEqual(items.at(-1)?.['extKeyUsage'], shop.extKeyUsage);
    assert.deepEqual(items.at(-1)?.['validity'], {
      backdate: '5m',
      default: '2d',
      maximum: '825d',
    });
  });

  it('200: shows what may stand in the settings file as it is, and comes to the same there', async () => {
    for (const { kind, ...terms } of await listed()) {
      assert.deepEqual(presentProfile(ProfileBody.parse(terms)), { ...terms, kind });
    }
  });
});

describe('a profile of the settings file', () => {
  it('issues as any other, and is what certificates are searched by', async () => {
    const { serialNumber, profile } = await issue(api, {
      profile: 'shop',
      dnsNames: ['a.shop.example.org'],
    });
    assert.equal(profile, 'shop');
    const reply = await api.get('/v1/certificates?profile=shop');
    const { items } = reply.json<{ items: { serialNumber: string }[] }>();
    assert.deepEqual(
      items.map((item) => item.serialNumber),
      [serialNumber],
    );
  });

  it('refuses names with the place of each', async () => {
    const body = {
      authority: 'issuing',
      profile: 'shop',
      dnsNames: ['a.shop.example.org', 'evil.test'],
    };
    const reply = await api.post('/v1/certificates', body);
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/dnsNames/1']);
  });

  it('rules rotation targets; one that does not exist, or is for authorities, is refused', async () => {
    const target = (changes: object) => ({ ...directoryTarget(newDirectory()), ...changes });
    const evil = target({ profile: 'shop', dnsNames: ['evil.test'] });
    const places = placesIn(await api.post('/v1/rotation/targets', evil), 422, 'request-refused');
    assert.deepEqual(places, ['/dnsNames/0']);
    for (const profile of ['nothing', 'root']) {
      for (const [path, body] of [
        ['/v1/rotation/targets', target({ profile })],
        ['/v1/certificates', { authority: 'issuing', profile, dnsNames: ['a.b'] }],
      ] as const) {
        assert.deepEqual(placesIn(await api.post(path, body), 422, 'request-refused'), [
          '/profile',
        ]);
      }
    }
  });
});

describe('GET /pki/authorities/{file}', () => {
  it('200: is the certificate to which the caIssuers of a certificate points', async () => {
    const { certificate } = await issue(api, { dnsNames: ['a.example.org'] });
    const leaf = new X509Certificate(certificate);
    const [, uri = ''] = /^CA Issuers - URI:(.*)$/m.exec(leaf.infoAccess ?? '') ?? [];
    assert.ok(uri.startsWith(`${publicUrl}/`), uri);
    const reply = await distribution.get(uri.slice(publicUrl.length));
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['content-type'], 'application/pkix-cert');
    assert.ok(leaf.verify(new X509Certificate(reply.octets).publicKey));
  });

  it('400: a query parameter that is not documented', async () => {
    const reply = await distribution.get('/pki/authorities/issuing.cer?surprise=1');
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['surprise']);
  });

  it('404: an authority that there is not, and another ending', async () => {
    for (const file of ['nobody.cer', 'issuing', 'issuing.pem', '.cer', 'issuing.cer.cer']) {
      problemIn(await distribution.get(`/pki/authorities/${file}`), 404, 'authority-unknown');
    }
  });

  it('500: where the records cannot be read', async () => {
    await breakDatabase();
    assert.equal((await distribution.get('/pki/authorities/issuing.cer')).status, 500);
  });
});
