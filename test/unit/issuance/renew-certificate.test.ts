import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PkiError } from '../../../src/errors.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import { COMMON_NAME, COUNTRY } from '../../../src/x509/oids.ts';
import { NOW, refusalOf } from '../../support/issuance.ts';
import { generalName, handMadeRequest, nameOf } from '../x509/hand-made-request.ts';
import { changed, RenewalWorld } from './renewal-world.ts';

const DAY_MS = 86_400_000;
const host = 'webapp.istioinaction.io';
const world = await RenewalWorld.withProfiles();

function lengthOf({ notBefore, notAfter }: { notBefore: Date; notAfter: Date }): number {
  return notAfter.getTime() - notBefore.getTime();
}

describe('renewCertificate', () => {
  it('keeps key, names, subject and their order, profile and authority', async () => {
    const csr = handMadeRequest({
      subject: nameOf([COMMON_NAME, der.utf8String(host)], [COUNTRY, der.printableString('GB')]),
      names: [generalName.dns(`b.${host}`), generalName.dns(host)],
    });
    const old = await world.issue({ csr });
    const { certificate, privateKey } = await world.renew(old);
    assert.equal(privateKey, undefined);
    const [before, after] = [old, certificate].map(({ der }) => decodeCertificate(der));
    assert.ok(before && after);
    assert.notEqual(after.serialNumber, before.serialNumber);
    for (const part of ['subjectPublicKeyInfo', 'subjectName', 'issuerName'] as const) {
      assert.deepEqual(after[part], before[part], part);
    }
    assert.deepEqual(after.names, before.names);
    assert.deepEqual(after.extensions, before.extensions);
    assert.equal(certificate.profile, old.profile);
    assert.equal(certificate.authority, old.authority);
  });

  it('counts from now, and lasts as long as the old one, or as is asked for', async () => {
    const moving = await RenewalWorld.withProfiles();
    const old = await moving.issue({ dnsNames: [host], validity: '7d' });
    moving.issuance.now = new Date(NOW.getTime() + 5 * DAY_MS);
    const { certificate } = await moving.renew(old);
    assert.equal(certificate.notBefore.getTime(), old.notBefore.getTime() + 5 * DAY_MS);
    assert.equal(lengthOf(certificate), lengthOf(old));
    const asked = await moving.renew(old, { validity: '3d' });
    assert.equal(lengthOf(asked.certificate), lengthOf(old) - 4 * DAY_MS);
  });

  it('lasts as long as the profile allows today, where that is shorter than the old one', async () => {
    const declared = changed('server', { name: 'web' });
    const later = await RenewalWorld.withProfiles(declared);
    const old = await later.issue({ profile: 'web', dnsNames: [host], validity: '60d' });
    const validity = { ...declared.validity, default: '10d', maximum: '20d' };
    later.profiles = new Profiles([{ ...declared, validity }]);
    const { certificate } = await later.renew(old);
    assert.equal(lengthOf(certificate), 20 * DAY_MS - 1_000);
    assert.deepEqual(await refusalOf(later.renew(old, { validity: '60d' })), [
      'request-refused',
      '/validity',
    ]);
  });

  it('lasts as long from its issue on, whatever was backdated then and is today', async () => {
    const declared = changed('server', { name: 'web' });
    const backdatedBy = (backdate: string) => ({
      ...declared,
      validity: { ...declared.validity, backdate },
    });
    // The authority began five minutes before the tests, and nothing below it begins earlier.
    for (const [then, today] of [
      ['5m', '1s'],
      ['5m', '10m'],
      ['10m', '10m'],
      ['10m', '5m'],
    ] as const) {
      const later = await RenewalWorld.withProfiles(backdatedBy(then));
      later.profiles = new Profiles([backdatedBy(today)]);
      for (const seconds of [60, 600]) {
        const asked = { profile: 'web', dnsNames: [host], validity: `${seconds}s` };
        const old = await later.issue(asked);
        const words = `${seconds} s, backdated by ${then} and ${today}`;
        const { certificate } = await later.renew(old, { isByItself: true });
        assert.deepEqual(
          certificate.notAfter,
          new Date(NOW.getTime() + seconds * 1_000 - 1_000),
          words,
        );
        const longer = later.renew(old, { isByItself: true, validity: `${seconds + 1}s` });
        assert.deepEqual(await refusalOf(longer), ['request-refused', '/validity'], words);
      }
    }
  });

  it('renews what has expired', async () => {
    const later = await RenewalWorld.withProfiles();
    const old = await later.issue({ dnsNames: [host], validity: '1d' });
    later.issuance.now = new Date(NOW.getTime() + 100 * DAY_MS);
    assert.ok((await later.renew(old)).certificate.notAfter > later.issuance.now);
  });

  it('is refused where the profile permits a name no longer, and says which in words', async () => {
    const declared = changed('server', { name: 'web' });
    const later = await RenewalWorld.withProfiles(declared);
    const old = await later.issue({ profile: 'web', dnsNames: ['a.example.org', host] });
    const subjectAltNames = {
      ...declared.subjectAltNames,
      dnsNames: { permitted: ['example.org'] },
    };
    later.profiles = new Profiles([{ ...declared, subjectAltNames }]);
    await assert.rejects(later.renew(old), (error: PkiError) => {
      assert.equal(error.code, 'request-refused');
      const detail = `dnsNames "${host}": profile "web" permits only "example.org"`;
      assert.deepEqual(error.violations, [{ pointer: '', detail }]);
      return true;
    });
  });

  it('is refused where the profile lets nobody choose the subject any longer', async () => {
    const declared = changed('client', { name: 'agent' });
    const later = await RenewalWorld.withProfiles(declared);
    const old = await later.issue({ profile: 'agent', subject: { commonName: 'agent 7' } });
    const subject = { ...declared.subject, callerMaySet: [] };
    later.profiles = new Profiles([{ ...declared, subject }]);
    await assert.rejects(later.renew(old), /commonName "agent 7": is not the caller/);
  });

  it('is refused where the profile gives every subject what the old one lacks', async () => {
    const declared = changed('client', { name: 'agent' });
    const later = await RenewalWorld.withProfiles(declared);
    const old = await later.issue({ profile: 'agent', subject: { commonName: 'agent 7' } });
    const defaults = { organization: 'Example' };
    const subject = { ...declared.subject, defaults, callerMaySet: ['commonName'] as const };
    later.profiles = new Profiles([{ ...declared, subject }]);
    await assert.rejects(later.renew(old), /organization: is always "Example" under/);
    later.profiles = new Profiles([{ ...declared, subject: { ...declared.subject, defaults } }]);
    assert.deepEqual((await later.renew(old)).certificate.subject, { commonName: 'agent 7' });
  });

  it('is refused where the profile exists no longer, or takes such keys no longer', async () => {
    const declared = changed('server', { name: 'web' });
    const later = await RenewalWorld.withProfiles(declared);
    const old = await later.issue({ profile: 'web', dnsNames: [host] });
    later.profiles = new Profiles([{ ...declared, keyAlgorithms: ['ed25519'] }]);
    assert.deepEqual(await refusalOf(later.renew(old)), ['request-refused', '']);
    later.profiles = new Profiles();
    await assert.rejects(later.renew(old), /no profile "web"/);
    assert.deepEqual(await refusalOf(later.renew(old)), ['request-refused', '']);
  });

  it('is refused where the authority has ended, or would be outlived', async () => {
    const later = await RenewalWorld.withProfiles();
    const old = await later.issue({ dnsNames: [host] });
    const end = Number((await later.issuance.issuers.pathOf('issuing'))[0].notAfter);
    later.issuance.now = new Date(end - DAY_MS);
    assert.deepEqual(await refusalOf(later.renew(old)), ['request-refused', '/validity']);
    later.issuance.now = new Date(end + DAY_MS);
    assert.deepEqual(await refusalOf(later.renew(old)), ['authority-cannot-issue']);
  });

  it('is refused for authorities', async () => {
    for (const { certificate } of world.issuance.authorities.values()) {
      const refusal = ['request-refused', ''];
      assert.deepEqual(await refusalOf(world.renew(certificate)), refusal);
      assert.deepEqual(await refusalOf(world.rekey(certificate)), refusal);
    }
  });

  it('is recorded as issued, with what it replaces, and keeps a stored key for the new number', async () => {
    const { certificate: old, privateKey } = await world.issuance.issue({ dnsNames: [host] });
    assert.ok(privateKey);
    await world.renew(old);
    assert.equal(world.issuance.records.at(-1)?.wrappedPrivateKey, undefined);
    world.keys.set(old.serialNumber, privateKey);
    const { certificate } = await world.renew(old);
    const record = world.issuance.records.at(-1);
    assert.ok(record?.wrappedPrivateKey);
    assert.equal(record.certificate, certificate);
    const [entry] = record.auditEntries;
    assert.equal(entry?.action, 'certificate.issued');
    assert.equal(entry.details['replaces'], old.serialNumber);
  });
});
