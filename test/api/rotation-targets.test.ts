import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import {
  declared,
  directoryTarget,
  inFile,
  secretTarget,
  type TargetJson,
} from './targets-on-the-wire.ts';

const { api, newDirectory, declareInFile } = await startApi();
const targets = '/v1/rotation/targets';

function codesOf(warnings: TargetJson['warnings']): readonly string[] {
  return warnings.map(({ code }) => code);
}

await declareInFile(inFile(newDirectory()));

describe('POST /v1/rotation/targets', () => {
  it('201: answers at once, with the defaults filled in and nothing known yet', async () => {
    const path = newDirectory();
    const reply = await api.post(targets, directoryTarget(path, { name: 'new' }));
    assert.equal(reply.headers['location'], `${targets}/new`);
    const unknown = { serialNumber: null, revision: 0, notAfter: null, nextRotationAt: null };
    assert.deepEqual(reply.json(), {
      ...directoryTarget(path, { name: 'new' }),
      ...{ ipAddresses: [], emailAddresses: [], uris: [], keyAlgorithm: 'ecdsa-p256' },
      destination: {
        ...{ type: 'directory', path, includeRoot: true, clientAuthorities: [] },
        ...{ clientTrust: 'issuer', keyMode: '0600' },
      },
      rollback: false,
      warnings: [],
      status: {
        ...{ state: 'pending', reasons: [], ...unknown },
        ...{ lastRotatedAt: null, conflict: null, lastError: null, served: null },
      },
    });
  });

  it('201: the first pass starts by itself and writes what Envoy reads', async () => {
    const path = newDirectory();
    const target = await declared(api, directoryTarget(path, { name: 'first' }));
    assert.equal(target.status.state, 'current');
    const leaf = new X509Certificate(readFileSync(join(path, 'current', 'tls.crt')));
    assert.equal(leaf.serialNumber.toLowerCase(), target.status.serialNumber);
    assert.equal(leaf.subjectAltName, 'DNS:edge.example.org');
    assert.ok(existsSync(join(path, 'current', 'tls.key')));
  });

  it('201: a Secret, with every member that a target has', async () => {
    const destination = {
      ...{ type: 'kubernetesSecret', context: 'staging', namespace: 'istio-system' },
      ...{ name: 'webapp.mtls', secretType: 'Opaque', includeRoot: false },
      ...{ clientAuthorities: ['issuing'], clientTrust: 'root', adopt: true },
    };
    const target = secretTarget('', {
      name: 'whole',
      subject: { commonName: 'a.example.org', organization: 'Dis' },
      dnsNames: ['a.example.org'],
      ipAddresses: ['192.0.2.1'],
      emailAddresses: ['a@example.org'],
      uris: ['urn:example:a'],
      keyAlgorithm: 'ecdsa-p384',
      renewBefore: '7d',
      destination,
      served: [
        { host: '127.0.0.1', port: 1, serverName: 'a.example.org', via: 'tcp' },
        {
          ...{ kind: 'gatewayPods', namespace: 'istio-system', selector: { istio: 'gateway' } },
          ...{ port: 8443, serverName: 'a.example.org' },
        },
      ],
      rollback: true,
    });
    const reply = await api.post(targets, target);
    const { status: _, warnings, ...answered } = reply.json<TargetJson>();
    assert.deepEqual(answered, target);
    assert.deepEqual(codesOf(warnings), [
      'envoy-p384',
      'application-gateway-key',
      'application-gateway-whole-chain',
    ]);
  });

  it('201: warns of keys that Envoy or Application Gateway may refuse, in servers’ targets', async () => {
    for (const [keyAlgorithm, profile, expected] of [
      ['ecdsa-p256', 'server', []],
      ['rsa-2048', 'server', []],
      ['ecdsa-p521', 'server', ['envoy-p521', 'application-gateway-key']],
      ['ed25519', 'server-client', ['envoy-ed25519', 'application-gateway-key']],
      ['ed25519', 'client', []],
    ] as const) {
      const name = `warned-${keyAlgorithm}-${profile}`;
      const target = directoryTarget(newDirectory(), { name, keyAlgorithm, profile });
      const created = (await api.post(targets, target)).json<TargetJson>();
      assert.deepEqual(codesOf(created.warnings), expected, name);
      const shown = (await api.get(`${targets}/${name}`)).json<TargetJson>();
      assert.deepEqual(shown.warnings, created.warnings);
    }
  });

  it('400: names every member at fault at once', async () => {
    const reply = await api.post(targets, {
      ...directoryTarget('relative', { name: 'Not A Name', validity: 'long', renewBefore: '0d' }),
      profile: 'no name',
      csr: 'none',
      destination: { type: 'directory', path: 'relative', keyMode: '0644', adopt: true },
    });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed').toSorted(), [
      '/csr',
      '/destination/adopt',
      '/destination/keyMode',
      '/destination/path',
      '/name',
      '/profile',
      '/renewBefore',
      '/validity',
    ]);
  });

  it('400: a kind of destination that there is not', async () => {
    const target = directoryTarget('/', { destination: { type: 'keyVault', name: 'a' } });
    const places = placesIn(await api.post(targets, target), 400, 'request-malformed');
    assert.deepEqual(places, ['/destination/type']);
  });

  it('400: a name that Kubernetes does not have', async () => {
    const { destination, ...target } = secretTarget('istio-system');
    const named = { ...target, destination: { ...destination, name: 'Not A Name', context: ' ' } };
    const places = placesIn(await api.post(targets, named), 400, 'request-malformed');
    assert.deepEqual(places.toSorted(), ['/destination/context', '/destination/name']);
  });

  it('404: an authority that does not exist', async () => {
    const target = directoryTarget(newDirectory(), { name: 'x', authority: 'nobody' });
    const reply = await api.post(targets, target);
    assert.deepEqual(placesIn(reply, 404, 'authority-unknown'), ['/authority']);
  });

  it('409: a name that is taken, by a target of the settings file too', async () => {
    await declared(api, directoryTarget(newDirectory(), { name: 'taken' }));
    for (const name of ['taken', 'from-file']) {
      const reply = await api.post(targets, directoryTarget(newDirectory(), { name }));
      problemIn(reply, 409, 'name-taken');
    }
  });

  it('409: a destination that another target keeps supplied', async () => {
    const path = newDirectory();
    await declared(api, directoryTarget(path, { name: 'one' }));
    const reply = await api.post(targets, directoryTarget(path, { name: 'other' }));
    assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/destination']);
  });

  const refused = [
    ['a root that would have to sign', { authority: 'root' }, '/authority'],
    ['a common name that is no name', { subject: { commonName: 'x' } }, '/subject/commonName'],
    ['no host for a server', { dnsNames: [] }, '/dnsNames'],
    ['a renewal before the beginning', { validity: '10d', renewBefore: '10d' }, '/renewBefore'],
    ['more than 825 days', { validity: '826d' }, '/validity'],
  ] as const;
  for (const [what, changes, place] of refused) {
    it(`422: ${what}`, async () => {
      const target = directoryTarget(newDirectory(), { name: 'refused', ...changes });
      assert.deepEqual(placesIn(await api.post(targets, target), 422, 'request-refused'), [place]);
    });
  }

  it('422: a client authority that does not exist', async () => {
    const destination = {
      type: 'directory',
      path: newDirectory(),
      clientAuthorities: ['issuing', 'no'],
    };
    const reply = await api.post(targets, directoryTarget('', { name: 'refused', destination }));
    const places = placesIn(reply, 422, 'request-refused');
    assert.deepEqual(places, ['/destination/clientAuthorities/1']);
  });

  it('422: a directory that is missing, that is the root, or that leads elsewhere', async () => {
    const directory = newDirectory();
    const data = join(directory, '..', 'data');
    for (const path of ['/', '/does/not/exist', `${directory}/../x`, `${directory}/`, data]) {
      const reply = await api.post(targets, directoryTarget(path, { name: 'refused' }));
      assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/destination/path'], path);
    }
  });
});

describe('GET /v1/rotation/targets/{name}', () => {
  it('200: says what is there, until when, and when it is replaced', async () => {
    const body = directoryTarget(newDirectory(), { name: 'shown', jitter: '0s' });
    const target = await declared(api, body);
    const { serialNumber, ...status } = target.status;
    assert.deepEqual(status, {
      state: 'current',
      reasons: [],
      notAfter: '2030-07-15T11:59:59Z',
      nextRotationAt: '2030-07-05T11:59:59Z',
      lastRotatedAt: '2030-06-15T12:00:00Z',
      revision: 1,
      conflict: null,
      lastError: null,
      served: null,
    });
    assert.equal((await api.get(`/v1/certificates/${serialNumber}`)).status, 200);
  });

  it('404: one that does not exist', async () => {
    problemIn(await api.get(`${targets}/nobody`), 404, 'target-unknown');
  });
});
