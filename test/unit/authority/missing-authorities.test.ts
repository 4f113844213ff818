import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Authority } from '../../../src/authority/authority.ts';
import { type AuthorityRequest, createAuthority } from '../../../src/authority/create-authority.ts';
import { missingAuthorities } from '../../../src/authority/missing-authorities.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

async function startOf(world: IssuanceWorld, declared?: readonly AuthorityRequest[]) {
  const created: Authority[] = [];
  for (const request of missingAuthorities([...world.authorities.values()], declared)) {
    assert.ok(request.parent !== null);
    created.push(await createAuthority(world.deps, request, { name: 'startup' }));
  }
  return created;
}

const corporate: AuthorityRequest = {
  name: 'corporate',
  kind: 'root',
  subject: { commonName: 'Corporate' },
  keyAlgorithm: 'ecdsa-p256',
  validity: '10y',
};
const below: AuthorityRequest = {
  ...corporate,
  name: 'below',
  kind: 'intermediate',
  parent: 'corporate',
  subject: { commonName: 'Below' },
  validity: '1y',
};

describe('the first start', () => {
  it('creates a root and an issuing authority below it where nobody says otherwise', async () => {
    const world = new IssuanceWorld();
    const created = await startOf(world);
    assert.deepEqual(
      created.map(({ name, kind, parent, keyAlgorithm }) => [name, kind, parent, keyAlgorithm]),
      [
        ['root', 'root', null, 'ecdsa-p384'],
        ['issuing', 'intermediate', 'root', 'ecdsa-p256'],
      ],
    );
    const lifetimes = created.map(({ certificate: { notBefore, notAfter } }) =>
      Math.round((notAfter.getTime() - notBefore.getTime()) / 86_400_000),
    );
    assert.deepEqual(lifetimes, [20 * 365, 5 * 365]);
    const [[issuing], [root]] = [
      await world.issuers.pathOf('issuing'),
      await world.issuers.pathOf('root'),
    ];
    assert.deepEqual([root.pathLenConstraint, issuing.pathLenConstraint], [undefined, 0]);
    assert.deepEqual(
      [root, issuing].flatMap(({ extKeyUsage }) => [...extKeyUsage]),
      [],
    );
    assert.equal(world.records[0]?.auditEntries[0]?.actor.name, 'startup');
  });

  it('that was cut off after the root is completed by the next', async () => {
    const world = new IssuanceWorld();
    await startOf(world);
    world.authorities.delete('issuing');
    const [created, ...more] = await startOf(world);
    assert.deepEqual([created?.name, more], ['issuing', []]);
  });

  it('creates those of the settings file, in its order, and no others', async () => {
    const world = new IssuanceWorld();
    await startOf(world, [corporate, below]);
    assert.deepEqual([...world.authorities.keys()], ['corporate', 'below']);
    const leaf = await world.issue({ authority: 'below', dnsNames: ['a.example'] });
    assert.ok(new X509Certificate(leaf.certificate.der));
  });

  it('creates none where the settings file lists none', async () => {
    assert.deepEqual(await startOf(new IssuanceWorld(), []), []);
  });

  it('fails where the settings file has a child before its parent', async () => {
    const attempt = startOf(new IssuanceWorld(), [below, corporate]);
    assert.deepEqual(await refusalOf(attempt), ['authority-unknown', '/parent']);
  });
});

describe('every later start', () => {
  it('finds the authorities as they were', async () => {
    const world = new IssuanceWorld();
    await startOf(world);
    const before = new Map(world.authorities);
    assert.deepEqual(await startOf(world), []);
    assert.deepEqual(world.authorities, before);
  });

  it('creates what the file has more, and touches nothing that exists', async () => {
    const world = new IssuanceWorld();
    await startOf(world, [corporate]);
    const before = world.authorities.get('corporate');
    const changed = { ...corporate, subject: { commonName: 'Other' } };
    const created = await startOf(world, [changed, below]);
    assert.deepEqual(
      created.map(({ name }) => name),
      ['below'],
    );
    assert.equal(world.authorities.get('corporate'), before);
  });

  it('adds no default ones where there are others already', async () => {
    const world = new IssuanceWorld();
    await world.createRoot({ name: 'corporate' });
    assert.deepEqual(await startOf(world), []);
  });
});
