import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { ProfileBody } from '../../api/schemas/profile.ts';
import { startApi } from '../support/api.ts';
import {
  declared,
  directoryTarget,
  inFile,
  settled,
  type TargetJson,
} from './targets-on-the-wire.ts';

const TARGETS = '/v1/rotation/targets';

/** A profile that takes these algorithms alone. */
function taking(...keyAlgorithms: readonly string[]) {
  return ProfileBody.parse({ name: 'narrow', extKeyUsage: ['serverAuth'], keyAlgorithms });
}

const { api, newDirectory, declareProfiles, declareInFile } = await startApi({
  profiles: [taking('rsa-2048')],
});

function unnamed(name: string, path = newDirectory()) {
  return directoryTarget(path, { name, profile: 'narrow' });
}

/** What the settings file says in a start with these profiles. */
async function startWith(path: string, ...profiles: readonly ReturnType<typeof taking>[]) {
  declareProfiles(...profiles);
  const { keyAlgorithm: _, ...unsaid } = inFile(path);
  await declareInFile({ ...unsaid, profile: 'narrow' });
}

async function shown(name: string) {
  return (await api.get(`${TARGETS}/${name}`)).json<TargetJson & { keyAlgorithm: string }>();
}

describe('A key algorithm that nobody names', () => {
  it('is the profile’s, whichever way the certificate is asked for', async () => {
    const { dnsNames } = unnamed('issued');
    const body = { authority: 'issuing', profile: 'narrow', dnsNames };
    const { certificate } = (await api.post('/v1/certificates', body)).json<{
      certificate: string;
    }>();
    assert.equal(new X509Certificate(certificate).publicKey.asymmetricKeyType, 'rsa');
    const target = await declared(api, unnamed('declared'));
    assert.equal(target.status.state, 'current');
    assert.equal((await shown('declared')).keyAlgorithm, 'rsa-2048');
    await startWith(newDirectory(), taking('rsa-2048'));
    assert.equal((await settled(api, 'from-file')).status.state, 'current');
    assert.equal((await shown('from-file')).keyAlgorithm, 'rsa-2048');
  });

  it('falls back to the profile’s where a target is declared anew', async () => {
    const { name, ...body } = unnamed('anew');
    declareProfiles(taking('rsa-2048', 'rsa-3072'));
    await declared(api, { ...body, name, keyAlgorithm: 'rsa-3072' });
    assert.equal((await shown(name)).keyAlgorithm, 'rsa-3072');
    assert.equal((await api.put(`${TARGETS}/${name}`, body)).status, 200);
    assert.equal((await shown(name)).keyAlgorithm, 'rsa-2048');
  });

  it('stays with a target when the profile comes to have another default', async () => {
    declareProfiles(taking('rsa-2048'));
    const { status } = await declared(api, unnamed('steady'));
    declareProfiles(taking('ecdsa-p256', 'rsa-2048'));
    const later = await settled(api, 'steady');
    assert.equal(later.status.state, 'current');
    assert.equal(later.status.serialNumber, status.serialNumber);
    assert.equal((await shown('steady')).keyAlgorithm, 'rsa-2048');
  });

  it('is the default of today where the settings file is read again', async () => {
    const path = newDirectory();
    await startWith(path, taking('rsa-2048'));
    const { status } = await settled(api, 'from-file');
    await startWith(path, taking('rsa-2048', 'ecdsa-p384'));
    assert.equal((await settled(api, 'from-file')).status.serialNumber, status.serialNumber);
    await startWith(path, taking('ecdsa-p384'));
    assert.equal((await settled(api, 'from-file')).status.state, 'current');
    assert.equal((await shown('from-file')).keyAlgorithm, 'ecdsa-p384');
  });
});
