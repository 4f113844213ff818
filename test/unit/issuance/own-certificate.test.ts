import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { BUILT_IN_PROFILES } from '../../../src/issuance/built-in-profiles.ts';
import { issueLeaf } from '../../../src/issuance/issue-leaf.ts';
import { OwnCertificate } from '../../../src/issuance/own-certificate.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';
import { worldBelow } from '../../support/outside-authority.ts';

const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] };
const DAY_MS = 86_400_000;
const SERVER = BUILT_IN_PROFILES.find(({ name }) => name === 'server') ?? assert.fail();

function ownCertificate(world: IssuanceWorld, authority = 'issuing'): OwnCertificate {
  const issue = issueLeaf.bind(undefined, world.deps);
  const issuerOf = (name: string) => world.issuers.issuerOf(name);
  const deps = { ...world.deps, now: () => world.now, issuerOf, issue };
  return new OwnCertificate(deps, authority, names);
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

  it('is replaced when the clock is set back to before its beginning', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const own = ownCertificate(world);
    world.now = new Date(NOW.getTime() + 365 * DAY_MS);
    await own.renewIfDue();
    world.now = NOW;
    const { cert = '' } = (await own.renewIfDue()) ?? {};
    assert.ok(new X509Certificate(cert).validFromDate <= NOW);
    assert.equal(await own.renewIfDue(), undefined);
  });

  it('lives as its profile permits, and is replaced when a third of that is left', async () => {
    for (const [validity, lifeMs] of [
      // A period of the maximum begins five minutes before the issue, and so ends five minutes earlier.
      [{ default: '7d', maximum: '7d' }, 7 * DAY_MS - 300_000],
      [{ minimum: '60d', default: '90d', maximum: '90d' }, 60 * DAY_MS],
      [{ default: '1d' }, 30 * DAY_MS],
    ] as const) {
      const profile = { ...SERVER, validity: { backdate: '5m', ...validity } };
      const world = await IssuanceWorld.withAuthorities({}, [profile]);
      const own = ownCertificate(world);
      const { cert = '' } = (await own.renewIfDue()) ?? assert.fail();
      const end = new X509Certificate(cert).validToDate.getTime() + 1_000;
      assert.equal(end - NOW.getTime(), lifeMs);
      world.now = new Date(end - lifeMs / 3 - 1);
      assert.equal(await own.renewIfDue(), undefined);
      world.now = new Date(end - lifeMs / 3);
      assert.ok(await own.renewIfDue());
    }
  });

  it('stays to the end where nothing that ends later may be issued', async () => {
    const validity = { backdate: '5m', minimum: '10d', default: '30d', maximum: '30d' };
    const notAfter = new Date(NOW.getTime() + 20 * DAY_MS);
    const { world } = worldBelow({}, { notAfter }, [{ ...SERVER, validity }]);
    const own = ownCertificate(world);
    const { cert = '' } = (await own.renewIfDue()) ?? assert.fail();
    assert.deepEqual(new X509Certificate(cert).validToDate, notAfter);
    world.now = new Date(NOW.getTime() + 19 * DAY_MS);
    assert.equal(await own.renewIfDue(), undefined);
    await assert.rejects(ownCertificate(world).renewIfDue(), /outlive .* which ends at/);
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
