import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { Issuers } from '../../../src/authority/issuers.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

describe('the issuers', () => {
  it('have their path: their own certificate first, the root last', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const { path } = await world.issuers.issuerOf('issuing');
    assert.deepEqual(
      path.map(({ subject }) => subject.known.commonName),
      ['Test Issuing', 'Test Root'],
    );
  });

  it('sign with the key of their certificate', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const { certificate } = await world.issue({ dnsNames: ['a.example'] });
    const issuer = new X509Certificate(world.authorities.get('issuing')?.certificate.der ?? '');
    assert.ok(new X509Certificate(certificate.der).verify(issuer.publicKey));
  });

  it('are unknown until they exist, and known from then on', async () => {
    const world = new IssuanceWorld();
    assert.deepEqual(await refusalOf(world.issuers.issuerOf('root')), ['authority-unknown']);
    await world.createRoot();
    assert.equal((await world.issuers.issuerOf('root')).name, 'root');
  });

  it('are opened once each, and show no key', async () => {
    const world = await IssuanceWorld.withAuthorities();
    let unwrapped = 0;
    const unwrap: typeof world.deps.wrapping.unwrap = (...args) => {
      unwrapped += 1;
      return world.deps.wrapping.unwrap(...args);
    };
    const wrapping = { ...world.deps.wrapping, unwrap };
    const issuers = new Issuers({ findAuthority: world.deps.findAuthority, wrapping });
    const first = await issuers.issuerOf('issuing');
    assert.equal(await issuers.issuerOf('issuing'), first);
    assert.equal(unwrapped, 1);
    assert.deepEqual(Object.keys(first).toSorted(), ['name', 'path', 'sign', 'signatureAlgorithm']);
  });

  it('never wait for ever, though the records go round in a circle', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const root = world.authorities.get('root') ?? assert.fail();
    world.authorities.set('root', { ...root, parent: 'issuing' });
    const issuers = new Issuers(world.deps);
    await assert.rejects(issuers.pathOf('issuing'), /endless/);
  });
});
