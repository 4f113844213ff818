import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { issueLeaf } from '../../../src/issuance/issue-leaf.ts';
import { OwnCertificate } from '../../../src/issuance/own-certificate.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';
import { worldBelow } from '../../support/outside-authority.ts';

const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] };
const DAY_MS = 86_400_000;

function ownCertificate(world: IssuanceWorld, authority = 'issuing'): OwnCertificate {
  const issue = issueLeaf.bind(undefined, world.deps);
  const issuerOf = (name: string) => world.issuers.issuerOf(name);
  return new OwnCertificate({ now: () => world.now, issuerOf, issue }, authority, names);
}

describe('the certificate of the service itself', () => {
  it('is issued and recorded like any other, and its key is kept nowhere', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const served = (await ownCertificate(world).renewIfDue()) ?? assert.fail();
    const leaf = new X509Certificate(served.cert);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(served.key)));
    assert.ok(leaf.checkHost('localhost') && leaf.checkIP('127.0.0.1') && leaf.checkIP('::1'));
    const record = world.records.at(-1) ?? assert.fail();
    assert.equal(record.certificate.serialNumber, leaf.serialNumber.toLowerCase());
    assert.equal(record.wrappedPrivateKey, undefined);
  });

  it('is served with the intermediates, and without the root', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const { cert = '' } = (await ownCertificate(world).renewIfDue()) ?? {};
    assert.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 2);
  });

  it('is replaced when a third of its life is left, and not before', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const own = ownCertificate(world);
    const first = await own.renewIfDue();
    world.now = new Date(NOW.getTime() + 19.9 * DAY_MS);
    assert.equal(await own.renewIfDue(), undefined);
    world.now = new Date(NOW.getTime() + 20.1 * DAY_MS);
    const second = await own.renewIfDue();
    assert.ok(second && second.key !== first?.key);
    assert.equal(await own.renewIfDue(), undefined);
  });

  it('ends with its authority where that ends sooner', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const subject = { commonName: 'Short' };
    const short = await world.createIntermediate({ name: 'short', subject, validity: '3d' });
    const { cert = '' } = (await ownCertificate(world, 'short').renewIfDue()) ?? {};
    const { notAfter } = short.certificate;
    assert.ok(new X509Certificate(cert).validToDate.getTime() >= notAfter.getTime() - 1_000);
  });

  it('ends with whatever above its authority ends sooner', async () => {
    const notAfter = new Date(NOW.getTime() + 3 * DAY_MS);
    const { world } = worldBelow({}, { notAfter });
    const { cert = '' } = (await ownCertificate(world).renewIfDue()) ?? {};
    const end = new X509Certificate(cert).validToDate;
    assert.ok(end <= notAfter && end.getTime() >= notAfter.getTime() - 1_000);
  });

  it('needs an authority that may issue leaves', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const attempt = (authority: string) => refusalOf(ownCertificate(world, authority).renewIfDue());
    assert.deepEqual(await attempt('nobody'), ['authority-unknown']);
    assert.deepEqual(await attempt('root'), ['request-refused', '/authority']);
  });
});
