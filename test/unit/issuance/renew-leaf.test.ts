import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { ProfileBody } from '../../../api/schemas/profile.ts';
import type { Certificate } from '../../../src/certificate.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { type RenewalDeps, rekeyLeaf, renewLeaf } from '../../../src/issuance/renew-leaf.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { utf8String } from '../../../src/x509/der.ts';
import { newKeyPair } from '../../../src/x509/key.ts';
import { COMMON_NAME, ORGANIZATION } from '../../../src/x509/oids.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';
import { tbsPartsOf } from '../x509/der-members.ts';
import { generalName, handMadeRequest, nameOf } from '../x509/hand-made-request.ts';

const DAY_MS = 86_400_000;
const ACTOR = { name: 'admin' };
const names = {
  dnsNames: ['a.example.org', 'b.example.org'],
  ipAddresses: ['192.0.2.1'],
  uris: ['urn:a:b'],
};

let world: IssuanceWorld;
let deps: RenewalDeps;
beforeEach(async () => {
  world = await IssuanceWorld.withAuthorities();
  deps = { ...world.deps, storedKeyOf: async () => undefined };
  world.now = new Date(NOW.getTime() + DAY_MS);
});

async function issued(request: Partial<LeafRequest> = {}): Promise<Certificate> {
  return (await world.issue({ ...names, ...request })).certificate;
}

/** With the profiles of another day. */
function under(body: Readonly<Record<string, unknown>>): RenewalDeps {
  const profiles = new Profiles([ProfileBody.parse(body)]);
  return { ...deps, profileOf: profiles.profileOf, leafProfileOf: profiles.leafProfileOf };
}

const renew = (certificate: Certificate, request = {}, by = deps) =>
  renewLeaf(by, { certificate, request }, ACTOR);
const rekey = (certificate: Certificate, request = {}, by = deps) =>
  rekeyLeaf(by, { certificate, request }, ACTOR);

const keyIn = ({ der }: Certificate) => Buffer.from(decodeCertificate(der).subjectPublicKeyInfo);

describe('renewing', () => {
  it('keeps key, names, subject, profile and authority, and has a serial number and a life of its own', async () => {
    const old = await issued({ validity: '7d' });
    world.now = new Date(world.now.getTime() + 3 * DAY_MS);
    const { certificate, privateKey } = await renew(old);
    assert.equal(privateKey, undefined);
    assert.deepEqual(keyIn(certificate), keyIn(old));
    for (const member of [
      'dnsNames',
      'ipAddresses',
      'uris',
      'subject',
      'profile',
      'authority',
    ] as const) {
      assert.deepEqual(certificate[member], old[member]);
    }
    assert.notEqual(certificate.serialNumber, old.serialNumber);
    assert.equal(Number(certificate.notAfter) - Number(old.notAfter), 3 * DAY_MS);
    const again = await renew(certificate);
    assert.deepEqual(again.certificate.notAfter, certificate.notAfter);
    assert.equal(
      (await renew(old, { validity: '1d' })).certificate.notAfter.getTime(),
      world.now.getTime() + DAY_MS - 1_000,
    );
  });

  it('keeps the order in which a CSR wrote the subject', async () => {
    const subject = nameOf([COMMON_NAME, utf8String('a.b')], [ORGANIZATION, utf8String('Dis')]);
    const csr = handMadeRequest({ subject, names: [generalName.dns('a.b')] });
    const old = (await world.issue({ csr })).certificate;
    const { certificate } = await renew(old);
    assert.deepEqual(tbsPartsOf(certificate.der).subject, subject);
  });

  it('notes in the journal which certificate it follows', async () => {
    const old = await issued();
    await renew(old);
    const [entry] = world.records.at(-1)?.auditEntries ?? [];
    const predecessor = { serialNumber: old.serialNumber, by: 'renew' };
    assert.deepEqual(entry?.details['predecessor'], predecessor);
  });

  it('keeps the private key for the new certificate where it was kept for the old one', async () => {
    const { certificate, privateKey } = await world.issue({ ...names, storePrivateKey: true });
    await renew(certificate, {}, { ...deps, storedKeyOf: async () => privateKey });
    assert.ok(world.records.at(-1)?.wrappedPrivateKey);
    await renew(certificate);
    assert.equal(world.records.at(-1)?.wrappedPrivateKey, undefined);
  });

  it('is judged by the profile of today, and says what of the certificate it is about', async () => {
    const old = await issued();
    const permitted = { dnsNames: { permitted: ['a.example.org'] } };
    for (const [body, place] of [
      [{ subjectAltNames: permitted }, ''],
      [{ keyAlgorithms: ['rsa-2048'] }, ''],
      [{ subjectAltNames: { allowed: ['dnsNames'] } }, ''],
    ] as const) {
      const today = under({ name: 'server', ...body });
      assert.deepEqual((await refusalOf(renew(old, {}, today))).slice(0, 2), [
        'request-refused',
        place,
      ]);
    }
    const today = under({ name: 'server', subjectAltNames: permitted });
    await assert.rejects(
      renew(old, {}, today),
      /dnsNames\/1 of the certificate: profile "server" permits only/,
    );
    const tooLong = await refusalOf(renew(old, { validity: '826d' }));
    assert.deepEqual(tooLong, ['request-refused', '/validity']);
  });

  it('is refused where the profile is gone, and for authorities', async () => {
    const old = await issued();
    assert.deepEqual(await refusalOf(renew({ ...old, profile: 'shop' })), ['request-refused', '']);
    const root = world.authorities.get('root')?.certificate ?? assert.fail();
    assert.deepEqual(await refusalOf(renew(root)), ['request-refused', '']);
  });

  it('lasts no longer than the profile allows today, and follows its defaults of what callers may not set', async () => {
    const old = await issued({
      validity: '300d',
      subject: { organization: 'Dis', commonName: 'a.example.org' },
    });
    const today = under({
      name: 'server',
      validity: { default: '1d', maximum: '90d' },
      subject: { defaults: { organization: 'New Dis' }, callerMaySet: [] },
    });
    const { certificate } = await renew(old, {}, today);
    const { notBefore, notAfter, subject } = certificate;
    assert.equal(Number(notAfter) - Number(notBefore), 90 * DAY_MS - 1_000);
    assert.deepEqual(subject, { commonName: 'a.example.org', organization: 'New Dis' });
  });

  it('works after the certificate’s end, but not after its authority’s', async () => {
    const old = await issued({ validity: '1d' });
    world.now = new Date(world.now.getTime() + 2 * DAY_MS);
    assert.equal((await refusalOf(renew(old)))[0], 'granted');
    world.now = new Date(world.now.getTime() + 6 * 365 * DAY_MS);
    assert.deepEqual(await refusalOf(renew(old)), ['authority-cannot-issue']);
  });
});

describe('re-keying', () => {
  it('makes a key of the old one’s algorithm, or of that which is asked for', async () => {
    const old = await issued({ keyAlgorithm: 'ecdsa-p384' });
    const { certificate, privateKey } = await rekey(old);
    assert.notDeepEqual(keyIn(certificate), keyIn(old));
    assert.equal(privateKey?.asymmetricKeyDetails?.namedCurve, 'secp384r1');
    assert.ok(new X509Certificate(certificate.der).checkPrivateKey(privateKey));
    assert.deepEqual(certificate.dnsNames, old.dnsNames);
    const other = await rekey(old, { keyAlgorithm: 'ed25519' });
    assert.equal(other.privateKey?.asymmetricKeyType, 'ed25519');
  });

  it('keeps the new key where the old one was kept, unless the request says otherwise', async () => {
    const { certificate, privateKey } = await world.issue({ ...names, storePrivateKey: true });
    const stored = { ...deps, storedKeyOf: async () => privateKey };
    await rekey(certificate, {}, stored);
    assert.ok(world.records.at(-1)?.wrappedPrivateKey);
    await rekey(certificate, { storePrivateKey: false }, stored);
    assert.equal(world.records.at(-1)?.wrappedPrivateKey, undefined);
  });

  it('takes the key of a CSR that names nothing, or exactly what the old certificate does', async () => {
    const old = await issued({ subject: {} });
    const same = [
      generalName.dns('b.example.org'),
      generalName.dns('a.example.org'),
      generalName.ip(Buffer.from([192, 0, 2, 1])),
      generalName.uri('urn:a:b'),
    ];
    for (const [parts, outcome] of [
      [{}, 'granted'],
      [{ names: same }, 'granted'],
      [{ names: same.slice(1) }, 'request-refused /csr'],
      [{ names: [...same, generalName.dns('c.example.org')] }, 'request-refused /csr'],
      [{ subject: nameOf([COMMON_NAME, utf8String('a.example.org')]) }, 'request-refused /csr'],
    ] as const) {
      const csr = handMadeRequest(parts);
      assert.equal((await refusalOf(rekey(old, { csr }))).join(' '), outcome);
    }
    const { certificate } = await rekey(old, { csr: handMadeRequest({}) });
    assert.deepEqual(certificate.uris, old.uris);
  });

  it('refuses the old key, which is what renewing is for', async () => {
    const csr = handMadeRequest({ names: [generalName.dns('a.b')] });
    const old = (await world.issue({ csr })).certificate;
    const again = handMadeRequest({ names: [generalName.dns('a.b')] });
    const isSameKey =
      Buffer.compare(keyIn(old), keyIn((await world.issue({ csr: again })).certificate)) === 0;
    assert.ok(isSameKey, 'hand-made requests have one key');
    assert.deepEqual(await refusalOf(rekey(old, { csr: again })), ['request-refused', '/csr']);
  });

  it('is refused for a key that is not allowed today, where it stands', async () => {
    const old = await issued();
    const today = under({ name: 'server', keyAlgorithms: ['rsa-2048'] });
    const made = await refusalOf(rekey(old, { keyAlgorithm: 'ed25519' }, today));
    assert.deepEqual(made, ['request-refused', '/keyAlgorithm']);
    assert.deepEqual(await refusalOf(rekey(old, {}, today)), ['request-refused', '']);
    const { privateKey } = await newKeyPair('rsa-2048');
    assert.ok(privateKey);
  });
});
