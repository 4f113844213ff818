import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { certified, outsideAuthority } from '../support/outside-authority.ts';
import {
  type AuthorityJson,
  pendingAuthority,
  shown,
  signedOutside,
} from './authorities-on-the-wire.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';

const { api, distribution, newDirectory, declareInFile } = await startApi();

describe('POST /v1/authorities, with a parent of null', () => {
  it('201: an intermediate that is pending, with the request for its certificate and none itself', async () => {
    const reply = await api.post('/v1/authorities', { ...signedOutside, name: 'fresh' });
    assert.equal(reply.headers['location'], '/v1/authorities/fresh');
    const { certificationRequest, ...rest } = reply.json<AuthorityJson>();
    const { pathLenConstraint: _, ...known } = signedOutside;
    assert.deepEqual(rest, { ...known, name: 'fresh', status: 'pending' });
    assert.match(certificationRequest, /^-----BEGIN CERTIFICATE REQUEST-----\n/);
    assert.deepEqual(await shown(api, 'fresh'), reply.json());
  });

  it('201: it is journalled, and shown in the list like any other', async () => {
    await pendingAuthority(api, 'listed');
    const { items } = (await api.get('/v1/authorities')).json<{ items: AuthorityJson[] }>();
    assert.equal(items.find(({ name }) => name === 'listed')?.status, 'pending');
    const audit = await api.get('/v1/audit?limit=1');
    assert.match(audit.text, /"action":"authority.requested"/);
    assert.match(audit.text, /"name":"listed"/);
  });

  it('400: what the authority outside decides, and a validity that is missing for one that is here', async () => {
    const decided = {
      validity: '5y',
      nameConstraints: { permitted: { dnsNames: ['example.org'] } },
    };
    const reply = await api.post('/v1/authorities', { ...signedOutside, name: 'a', ...decided });
    const places = placesIn(reply, 400, 'request-malformed');
    assert.deepEqual(places, ['/validity', '/nameConstraints']);
    const here = await api.post('/v1/authorities', { ...signedOutside, name: 'a', parent: 'root' });
    assert.deepEqual(placesIn(here, 400, 'request-malformed'), ['/validity']);
  });

  it('409: a name that is taken, by a pending one too', async () => {
    await pendingAuthority(api, 'once');
    for (const name of ['once', 'issuing']) {
      const reply = await api.post('/v1/authorities', { ...signedOutside, name });
      assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/name']);
    }
    const here = { ...signedOutside, name: 'once', parent: 'root', validity: '1y' };
    problemIn(await api.post('/v1/authorities', here), 409, 'name-taken');
  });
});

describe('an authority that awaits its certificate', async () => {
  await pendingAuthority(api, 'waiting');
  const server = { authority: 'waiting', profile: 'server', dnsNames: ['a.example.org'] };
  const directory = newDirectory();
  const target = {
    ...server,
    name: 'shop',
    validity: '30d',
    destination: { type: 'directory', path: directory },
  };

  it('cannot issue, and says why', async () => {
    const reply = await api.post('/v1/certificates', server);
    problemIn(reply, 409, 'authority-cannot-issue');
    assert.match(reply.text, /awaits its certificate/);
    const below = { ...signedOutside, name: 'below', parent: 'waiting', validity: '1y' };
    problemIn(await api.post('/v1/authorities', below), 409, 'authority-cannot-issue');
  });

  it('has no certificate and no chain to be downloaded, and is unknown where nobody shows a token', async () => {
    for (const file of ['certificate', 'certificate?format=der', 'chain']) {
      const reply = await api.get(`/v1/authorities/waiting/${file}`);
      problemIn(reply, 404, 'certificate-unknown');
      assert.match(reply.text, /awaits its certificate/);
    }
    problemIn(await distribution.get('/pki/authorities/waiting.cer'), 404, 'authority-unknown');
  });

  it('supplies no target, and is trusted by none', async () => {
    const supplied = await api.post('/v1/rotation/targets', target);
    problemIn(supplied, 409, 'authority-cannot-issue');
    const destination = { ...target.destination, clientAuthorities: ['waiting'] };
    const trusted = { ...target, authority: 'issuing', destination };
    const reply = await api.post('/v1/rotation/targets', trusted);
    const places = placesIn(reply, 422, 'request-refused');
    assert.deepEqual(places, ['/destination/clientAuthorities/0']);
  });

  it('fails the targets of the settings file clearly, until its certificate is there', async () => {
    const { certificationRequest } = await pendingAuthority(api, 'declared');
    const { dnsNames } = server;
    const contents = { includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' } as const;
    const path = newDirectory();
    await declareInFile({
      ...{ name: 'early', authority: 'declared', profile: 'server', validity: '30d', dnsNames },
      ...{ ipAddresses: [], emailAddresses: [], uris: [], keyAlgorithm: 'ecdsa-p256' },
      destination: { type: 'directory', path, keyMode: '0600', ...contents },
    });
    const run = async () => (await api.post('/v1/rotation/run', { force: true })).text;
    assert.match(await run(), /"target":"early","outcome":"failed".*awaits its certificate/);
    const root = outsideAuthority({ subject: 'Late Root' });
    const certificate = certified(certificationRequest, root).pem + root.pem;
    const reply = await api.post('/v1/authorities/declared/certificate', { certificate });
    assert.equal(reply.status, 200, reply.text);
    assert.match(await run(), /"target":"early","outcome":"rotated"/);
  });

  it('is passed over by metrics, conversion of PFX files and warnings', async () => {
    const metrics = await distribution.get('/metrics');
    assert.match(metrics.text, /authority_expiry_timestamp_seconds\{authority="issuing"\}/);
    assert.doesNotMatch(metrics.text, /waiting/);
    const reply = await api.post(
      '/v1/pfx',
      { privateKey: 'x', certificates: 'y' },
      { accept: 'application/json' },
    );
    problemIn(reply, 400, 'request-malformed');
  });
});
