import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { Issuers } from '../../../src/authority/issuers.ts';
import { wrapAuthorityKey } from '../../../src/authority/private-key.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { signingSchemeOf } from '../../../src/x509/signature-scheme.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

/** An intermediate of this name below `parent`. */
const named = (name: string, parent = 'root') => ({
  name,
  parent,
  subject: { commonName: `Test ${name}` },
});

describe('a root', () => {
  it('is signed by itself, and may sign certificates and revocation lists', async () => {
    const { certificate, parent } = await new IssuanceWorld().createRoot();
    const known = new X509Certificate(certificate.der);
    assert.ok(known.ca && known.checkIssued(known) && known.verify(known.publicKey));
    assert.deepEqual([parent, certificate.authority, certificate.profile], [null, 'root', 'root']);
  });

  it('needs a common name', async () => {
    const attempt = new IssuanceWorld().createRoot({ subject: { organization: 'Dis' } });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/subject/commonName']);
  });

  it('has what its profile says by default of the subject, in our order, and of the validity', async () => {
    const profile = new Profiles().profileOf('root');
    const subject = {
      ...profile.subject,
      ...{
        defaults: { organization: 'Dis', country: 'CH' },
        callerMaySet: ['commonName'] as const,
      },
    };
    const validity = { ...profile.validity, default: '1d' };
    const world = new IssuanceWorld({}, [{ ...profile, subject, validity }]);
    const { certificate } = await world.createRoot({ validity: undefined });
    assert.equal(new X509Certificate(certificate.der).subject, 'C=CH\nO=Dis\nCN=Test Root');
    assert.equal(certificate.notAfter.toISOString(), '2030-06-16T11:59:59.000Z');
    const refused = world.createRoot({
      name: 'other',
      subject: { commonName: 'a', organization: 'b' },
    });
    assert.deepEqual(await refusalOf(refused), ['request-refused', '/subject/organization']);
  });

  it('issues no leaves', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const attempt = world.issue({ authority: 'root', dnsNames: ['a.example'] });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/authority']);
  });
});

describe('an intermediate', () => {
  it('is signed by its parent', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const [root, issuing] = ['root', 'issuing'].map(
      (name) => new X509Certificate(world.authorities.get(name)?.certificate.der ?? ''),
    );
    assert.ok(root && issuing?.checkIssued(root) && issuing.verify(root.publicKey));
  });

  it('needs a parent that exists', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const unknown = world.createIntermediate(named('lost', 'nobody'));
    assert.deepEqual(await refusalOf(unknown), ['authority-unknown', '/parent']);
    const none = world.createIntermediate({ ...named('lost'), parent: undefined });
    assert.deepEqual(await refusalOf(none), ['request-malformed', '/parent']);
  });

  it('never outlives its parent', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const attempt = world.createIntermediate({ ...named('old'), validity: '21y' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/validity']);
  });

  it('does not have its parent’s subject', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const subject = { commonName: 'test ROOT' };
    const attempt = world.createIntermediate({ ...named('twin'), subject });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/subject']);
  });
});

describe('the path length', () => {
  it('that is used up leaves no further authority', async () => {
    const world = new IssuanceWorld();
    await world.createRoot();
    await world.createIntermediate({ ...named('last'), pathLenConstraint: 0 });
    const attempt = world.createIntermediate(named('more', 'last'));
    assert.deepEqual(await refusalOf(attempt), ['authority-cannot-issue', '/parent']);
    assert.ok(await world.issue({ authority: 'last', dnsNames: ['a.example'] }));
  });

  it('is what every authority above leaves', async () => {
    const world = new IssuanceWorld();
    await world.createRoot({ pathLenConstraint: 2 });
    await world.createIntermediate(named('one'));
    const tooMuch = world.createIntermediate({ ...named('two', 'one'), pathLenConstraint: 1 });
    assert.deepEqual(await refusalOf(tooMuch), ['request-refused', '/pathLenConstraint']);
    await world.createIntermediate({ ...named('two', 'one'), pathLenConstraint: 0 });
    const attempt = world.createIntermediate(named('three', 'two'));
    assert.deepEqual(await refusalOf(attempt), ['authority-cannot-issue', '/parent']);
  });

  it('is bounded also where nobody bounds it, so that every authority can be opened', async () => {
    const world = new IssuanceWorld();
    await world.createRoot();
    let parent = 'root';
    let refusal = ['granted'] as readonly string[];
    for (let depth = 1; refusal[0] === 'granted' && depth < 40; depth += 1) {
      const name = `deep-${depth}`;
      refusal = await refusalOf(world.createIntermediate(named(name, parent)));
      if (refusal[0] === 'granted') parent = name;
    }
    assert.deepEqual(refusal, ['authority-cannot-issue', '/parent']);
    for (const name of world.authorities.keys()) assert.ok(await world.issuers.issuerOf(name));
  });
});

describe('the signature scheme', () => {
  it('is recorded with an authority, so that it signs by it whenever it is opened', async () => {
    const world = new IssuanceWorld();
    const rsa = { keyAlgorithm: 'rsa-2048' } as const;
    const { rsaSignatureScheme } = await world.createRoot({ ...rsa, rsaSignatureScheme: 'pss' });
    assert.equal(rsaSignatureScheme, 'pss');
    const { signatureAlgorithm } = await world.issuers.issuerOf('root');
    const { identifier } = signingSchemeOf('rsa-2048', 'pss');
    assert.deepEqual(signatureAlgorithm, identifier);
  });

  it('is for RSA keys only', async () => {
    const attempt = new IssuanceWorld().createRoot({ rsaSignatureScheme: 'pss' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/rsaSignatureScheme']);
  });
});

describe('the name of an authority', () => {
  it('is taken once it is there', async () => {
    const world = await IssuanceWorld.withAuthorities();
    assert.deepEqual(await refusalOf(world.createRoot()), ['name-taken', '/name']);
    assert.deepEqual(await refusalOf(world.createIntermediate()), ['name-taken', '/name']);
  });
});

describe('the key of an authority', () => {
  it('is sealed for its name and its key identifier', async () => {
    const contexts: (readonly string[])[] = [];
    const wrap = (key: Uint8Array, context: readonly string[]) => {
      contexts.push(context);
      return key;
    };
    const world = new IssuanceWorld({ wrapping: { wrap, unwrap: (key) => key } });
    const { certificate, wrappedPrivateKey } = await world.createRoot();
    const [{ subjectKeyIdentifier }] = await world.issuers.pathOf('root');
    assert.deepEqual(contexts, [['authority', 'root', subjectKeyIdentifier]]);
    const key = {
      key: Buffer.from(wrappedPrivateKey ?? []),
      format: 'der',
      type: 'pkcs8',
    } as const;
    assert.ok(new X509Certificate(certificate.der).checkPrivateKey(createPrivateKey(key)));
  });

  it('opens for that name and key alone', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const [root, issuing] = ['root', 'issuing'].map((name) => world.authorities.get(name));
    assert.ok(root && issuing);
    const { wrappedPrivateKey } = root;
    world.authorities.set('swapped', { ...issuing, name: 'swapped' });
    world.authorities.set('issuing', { ...issuing, wrappedPrivateKey });
    const keys = await world.deps.newKeyPair('ecdsa-p256');
    const other = wrapAuthorityKey(world.deps.wrapping, 'root', keys);
    world.authorities.set('root', { ...root, wrappedPrivateKey: other });
    const issuers = new Issuers(world.deps);
    for (const name of ['swapped', 'issuing', 'root']) {
      await assert.rejects(issuers.issuerOf(name), name);
    }
  });
});
