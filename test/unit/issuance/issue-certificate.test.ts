import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { KeyAlgorithm } from '../../../src/certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { issueLeaf } from '../../../src/issuance/issue-leaf.ts';
import { newKeyPair } from '../../../src/x509/key.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';

const request = { dnsNames: ['webapp.istioinaction.io'] };
const DAY_MS = 86_400_000;

/** A step that works until it is told to fail, as a disk does. */
function breakable<A extends readonly unknown[], R>(step: (...args: A) => R) {
  const state = { isBroken: false, calls: 0 };
  const call = (...args: A): R => {
    state.calls += 1;
    if (state.isBroken) throw new Error('broken');
    return step(...args);
  };
  return { state, call };
}

describe('issuing', () => {
  it('hands nothing out that could not be recorded', async () => {
    const record = breakable(() => Promise.resolve());
    const world = new IssuanceWorld({ record: record.call });
    record.state.isBroken = true;
    await assert.rejects(world.createRoot(), /broken/);
  });

  it('waits for the record before anything is handed out', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const steps: string[] = [];
    let release = () => {};
    const written = new Promise<void>((resolve) => {
      release = resolve;
    });
    const record = async () => {
      steps.push('record begins');
      await written;
      steps.push('record is durable');
    };
    const later = new IssuanceWorld({ ...world.deps, record });
    const issued = later.issue(request).then(() => steps.push('handed out'));
    while (steps.length === 0) await new Promise(setImmediate);
    release();
    await issued;
    assert.deepEqual(steps, ['record begins', 'record is durable', 'handed out']);
  });

  it('records nothing where a step before fails', async () => {
    const keys = breakable((algorithm: KeyAlgorithm) => newKeyPair(algorithm));
    const random = breakable((size: number) => randomBytes(size));
    const clock = breakable(() => NOW);
    const seal = breakable(() => Buffer.alloc(1));
    const world = await IssuanceWorld.withAuthorities({
      newKeyPair: keys.call,
      randomBytes: random.call,
      now: clock.call,
      wrapSubscriberKey: seal.call,
    });
    const before = world.records.length;
    for (const { state } of [keys, random, clock, seal]) {
      state.isBroken = true;
      await assert.rejects(world.issue({ ...request, storePrivateKey: true }), /broken/);
      assert.equal(world.records.length, before);
      state.isBroken = false;
    }
    await world.issue({ ...request, storePrivateKey: true });
    assert.equal(world.records.length, before + 1);
  });

  it('signs nothing that is refused, and records nothing', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const issuer = await world.issuers.issuerOf('issuing');
    const sign = breakable(issuer.sign);
    const watched = new IssuanceWorld({
      ...world.deps,
      issuerOf: () => Promise.resolve({ ...issuer, sign: sign.call }),
    });
    const before = world.records.length;
    const attempt = watched.issue({ dnsNames: ['a_b'], validity: '826d' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/dnsNames/0', '/validity']);
    assert.deepEqual([sign.state.calls, world.records.length], [0, before]);
  });

  it('records nothing where the signature fails', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const issuer = await world.issuers.issuerOf('issuing');
    const sign = () => Promise.reject(new Error('no such token'));
    const issuerOf = () => Promise.resolve({ ...issuer, sign });
    const before = world.records.length;
    await assert.rejects(new IssuanceWorld({ ...world.deps, issuerOf }).issue(request), /token/);
    assert.equal(world.records.length, before);
  });

  it('keeps a sealed key only where it is asked for', async () => {
    const world = await IssuanceWorld.withAuthorities();
    await world.issue(request);
    assert.equal(world.records.at(-1)?.wrappedPrivateKey, undefined);
    await world.issue({ ...request, storePrivateKey: true });
    assert.ok(world.records.at(-1)?.wrappedPrivateKey);
  });

  it('has an audit entry beside each certificate, without a key in it', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const { certificate, privateKey } = await world.issue({ ...request, storePrivateKey: true });
    const { auditEntries = [] } = world.records.at(-1) ?? {};
    assert.deepEqual(
      auditEntries.map(({ action, time, actor }) => [action, time, actor.name]),
      [['certificate.issued', NOW, 'admin']],
    );
    assert.equal(auditEntries[0]?.details['serialNumber'], certificate.serialNumber);
    const secret = privateKey?.export({ format: 'jwk' }).d ?? assert.fail();
    assert.ok(!JSON.stringify(auditEntries).includes(secret));
    const [created] = world.records[0]?.auditEntries ?? [];
    assert.equal(created?.action, 'authority.created');
  });

  it('goes in step with what was begun with it: nothing is signed before all are judged', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const steps: string[] = [];
    const deps = {
      ...world.deps,
      randomBytes: (size: number) => {
        steps.push('numbered');
        return randomBytes(size);
      },
      issuerOf: async (name: string) => {
        const issuer = await world.issuers.issuerOf(name);
        const sign = (octets: Uint8Array) => {
          steps.push('signed');
          return issuer.sign(octets);
        };
        return { ...issuer, sign };
      },
    };
    const order = { authority: 'issuing', profile: 'server', ...request };
    const issue = () => issueLeaf(deps, order, { name: 'admin', requestId: 'test' });
    await Promise.all([issue(), issue()]);
    assert.deepEqual(steps, ['numbered', 'numbered', 'signed', 'signed']);
  });

  it('gives a new serial number each time', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const issued = await Promise.all(Array.from({ length: 20 }, () => world.issue(request)));
    const serialNumbers = new Set(issued.map(({ certificate }) => certificate.serialNumber));
    assert.equal(serialNumbers.size, 20);
  });
});

describe('the time of a certificate', () => {
  it('is thirty days for a leaf where nothing is said', async () => {
    const world = await IssuanceWorld.withAuthorities();
    world.now = new Date(NOW.getTime() + DAY_MS);
    const { certificate } = await world.issue(request);
    assert.equal(certificate.notBefore.toISOString(), '2030-06-16T11:55:00.000Z');
    assert.equal(certificate.notAfter.toISOString(), '2030-07-16T11:59:59.000Z');
  });

  it('of a leaf never begins before its issuer, not even after a clock went back', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const issuer = world.authorities.get('issuing')?.certificate ?? assert.fail();
    world.now = new Date(NOW.getTime() - 60_000);
    const { certificate } = await world.issue(request);
    assert.deepEqual(certificate.notBefore, issuer.notBefore);
    assert.equal(certificate.notAfter.toISOString(), '2030-07-15T11:58:59.000Z');
  });

  it('is 825 days at most, backdating included, however that is written', async () => {
    const world = await IssuanceWorld.withAuthorities();
    for (const validity of ['825d', '19800h']) {
      const { notBefore, notAfter } = (await world.issue({ ...request, validity })).certificate;
      assert.equal(notAfter.getTime() - notBefore.getTime() + 1_000, 825 * DAY_MS);
    }
    for (const validity of ['826d', '19801h', '3y']) {
      const attempt = world.issue({ ...request, validity });
      assert.deepEqual(await refusalOf(attempt), ['request-refused', '/validity']);
    }
  });

  it('ends with its issuer at the latest, and is refused one second later', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const names = { name: 'short', subject: { commonName: 'Short' } };
    const { certificate } = await world.createIntermediate({ ...names, validity: '10d' });
    const ends = async (validity: string) =>
      (await world.issue({ ...request, authority: 'short', validity })).certificate.notAfter;
    assert.deepEqual(await ends('10d'), certificate.notAfter);
    world.now = new Date(NOW.getTime() + 1_000);
    assert.deepEqual(await refusalOf(ends('10d')), ['request-refused', '/validity']);
    assert.deepEqual(await ends(`${10 * 86_400 - 1}s`), certificate.notAfter);
  });

  it('cannot begin before its issuer is valid, nor after its issuer has ended', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const { notBefore, notAfter } = world.authorities.get('issuing')?.certificate ?? assert.fail();
    for (const instant of [notBefore.getTime() - 1, notAfter.getTime() + 1_000]) {
      world.now = new Date(instant);
      const attempt = world.issue({ ...request, validity: '1s' });
      assert.deepEqual(await refusalOf(attempt), ['authority-cannot-issue', '/authority']);
    }
    world.now = notAfter;
    await world.issue({ ...request, validity: '1s' });
  });

  it('is refused after the year 9999', async () => {
    const attempt = new IssuanceWorld().createRoot({ validity: '9000y' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/validity']);
  });
});

describe('an error of another part', () => {
  it('is no refusal', async () => {
    const record = () => Promise.reject(new PkiError('name-taken', 'taken'));
    assert.deepEqual(await refusalOf(new IssuanceWorld({ record }).createRoot()), ['name-taken']);
    await assert.rejects(refusalOf(Promise.reject(new TypeError('bug'))), TypeError);
  });
});
