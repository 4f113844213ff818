import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Certificate } from '../../../src/certificate.ts';
import { hasEnded } from '../../../src/has-ended.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { admitClient } from '../../../src/sds/client.ts';
import { TestAuthorities, TestClock } from '../../support/rotation.ts';

const clock = new TestClock();
const authorities = await TestAuthorities.withSiblings(clock.now);
const URI = 'spiffe://example.org/edge';
const DAY_MS = 86_400_000;

async function issue(changes: Partial<LeafRequest> = {}): Promise<Certificate> {
  const usual = { authority: 'issuing', profile: 'client', keyAlgorithm: 'ecdsa-p256' } as const;
  const { certificate } = await authorities.issue({
    ...{ ...usual, uris: [URI], validity: '30d' },
    ...changes,
  });
  return certificate;
}

/** Judges a certificate where only `recorded` were issued. */
function admit(shown: Certificate, recorded: readonly Certificate[] = [shown]) {
  const deps = {
    now: clock.now,
    findCertificates: async (serialNumber: string) =>
      recorded.filter((one) => one.serialNumber === serialNumber),
    pathOf: authorities.pathOf,
  };
  return admitClient(deps, shown.der);
}

async function faultOf(shown: Certificate, recorded?: readonly Certificate[]): Promise<string> {
  const admission = await admit(shown, recorded);
  return admission.client ? assert.fail('it was admitted') : admission.fault;
}

describe('a client that asks for secrets', () => {
  it('is known by the URIs of a client certificate of ours, until that ends', async () => {
    const certificate = await issue();
    const { client } = await admit(certificate);
    assert.ok(client);
    assert.deepEqual(client.uris, [URI]);
    assert.deepEqual(client.notAfter, certificate.notAfter);
    assert.ok(!hasEnded(client, new Date(certificate.notAfter.getTime() + 999)));
    assert.ok(hasEnded(client, new Date(certificate.notAfter.getTime() + 1_000)));
  });

  it('is nobody with a certificate that is in no record, whoever has signed it', async () => {
    const [shown, other] = [await issue(), await issue()];
    assert.match(await faultOf(shown, [other]), /not issued here/);
    const sameNumber = { ...other, serialNumber: shown.serialNumber };
    assert.match(await faultOf(shown, [sameNumber]), /not issued here/);
  });

  it('is nobody with a record that another authority than the recorded one has signed', async () => {
    const shown = await issue();
    assert.match(await faultOf(shown, [{ ...shown, authority: 'other' }]), /not signed by/);
  });

  it('is nobody without a URI, or with a certificate that is not for clients', async () => {
    const { uris: _, ...unnamed } = { uris: [], emailAddresses: ['a@example.org'] };
    assert.match(await faultOf(await issue({ ...unnamed, uris: [] })), /no URI/);
    const server = await issue({ profile: 'server', dnsNames: ['a.example.org'] });
    assert.match(await faultOf(server), /not for clients/);
  });

  it('is nobody with the certificate of an authority', async () => {
    const path = await authorities.pathOf('issuing');
    const { der, serialNumber, notBefore, notAfter } = path[0];
    const usual = await issue();
    const own = { ...usual, der, serialNumber, notBefore, notAfter, authority: 'root' };
    assert.match(await faultOf(own), /authority/);
  });

  it('is nobody before and after the time of its certificate', async () => {
    const certificate = await issue();
    const start = clock.now();
    clock.set(new Date(certificate.notBefore.getTime() - 1_000));
    assert.match(await faultOf(certificate), /not valid yet/);
    clock.set(new Date(certificate.notAfter.getTime() + 1_000));
    assert.match(await faultOf(certificate), /expired/);
    clock.set(start);
  });

  it('is nobody when an authority above has ended, and is known until then', async () => {
    await authorities.create({ name: 'short', parent: 'root', validity: '10d' });
    const certificate = await issue({ authority: 'short', validity: '9d' });
    const [{ notAfter }] = await authorities.pathOf('short');
    const longer = { ...certificate, notAfter: new Date(notAfter.getTime() + DAY_MS) };
    const { client } = await admit(longer);
    assert.deepEqual(client?.notAfter, notAfter);
  });
});
