import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Subject } from '../../../src/certificate.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import * as der from '../../../src/x509/der.ts';
import { COMMON_NAME, COUNTRY, LOCALITY, ORGANIZATION } from '../../../src/x509/oids.ts';
import {
  generalName,
  handMadeRequest,
  nameOf,
  type RequestParts,
} from '../x509/hand-made-request.ts';
import { commonNameOf, jointNameOf } from './asked.ts';
import { changed, RenewalWorld } from './renewal-world.ts';

const host = 'a.example.org';
const names = [generalName.dns(host), generalName.dns('xn--bcher-kva.example')];
const commonName = [COMMON_NAME, der.utf8String(host)] as const;
const organization = (text: string) => [ORGANIZATION, der.utf8String(text)] as const;

/** A `server` with such defaults. */
function shop(defaults: Subject) {
  const { subject } = changed('server', {});
  return changed('server', { name: 'shop', subject: { ...subject, defaults } });
}

const DEFAULTS = { country: 'GB', organization: 'Example' };

/** A world with that profile, and in it a certificate by a CSR with such a subject. */
async function worldAndFirst(subject: Buffer) {
  const world = await RenewalWorld.withProfiles(shop(DEFAULTS));
  const csr = handMadeRequest({ subject, names });
  return { world, first: await world.issue({ profile: 'shop', csr }) };
}

/** As from the same settings of a tool, with a new key. */
function nextRequest(parts: RequestParts): string {
  return handMadeRequest({
    ...parts,
    own: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  });
}

describe('a CSR that re-keys', () => {
  for (const [what, subject] of [
    ['a common name in capitals', commonNameOf('A.Example.org')],
    ['a common name in Unicode', commonNameOf('bücher.example')],
    ['one of the profile’s defaults only', nameOf(organization('Example'), commonName)],
    ['another value than the profile’s default', nameOf(organization('Other'), commonName)],
  ] as const) {
    it(`may have the subject with which the certificate was asked for: ${what}`, async () => {
      const { world, first } = await worldAndFirst(subject);
      for (const parts of [{ subject, names }, { subject }]) {
        const { certificate } = await world.rekey(first, { csr: nextRequest(parts) });
        assert.deepEqual(certificate.subject, first.subject);
        assert.deepEqual(certificate.dnsNames, first.dnsNames);
      }
    });
  }

  it('may have the subject as the certificate has it, whatever the defaults of today', async () => {
    const { world, first } = await worldAndFirst(nameOf(organization('Other'), commonName));
    world.profiles = new Profiles([shop({ locality: 'Bern' })]);
    const subject = nameOf(
      ...[[COUNTRY, der.printableString('GB')] as const, organization('Other'), commonName],
    );
    const { certificate } = await world.rekey(first, { csr: nextRequest({ subject }) });
    assert.deepEqual(certificate.subject, first.subject);
  });

  it('is refused where issuing would make another subject of it', async () => {
    const { world, first } = await worldAndFirst(commonNameOf(host));
    const isRefused = (subject: Buffer) =>
      assert.rejects(world.rekey(first, { csr: nextRequest({ subject }) }), /another subject/);
    await isRefused(nameOf(organization('Other'), commonName));
    await isRefused(nameOf(commonName, [LOCALITY, der.utf8String('Bern')]));
    await isRefused(commonNameOf('BÜCHER.example'));
    world.profiles = new Profiles([shop({ organization: 'Other' })]);
    await isRefused(commonNameOf(host));
  });

  it('is refused for several attributes in one RDN, in the words of issuing', async () => {
    const { world, first } = await worldAndFirst(nameOf(organization('Example'), commonName));
    const subject = jointNameOf([ORGANIZATION, 'Example'], [COMMON_NAME, host]);
    const csr = nextRequest({ subject, names });
    const reason = /\/csr: names several attributes in one RDN$/;
    await assert.rejects(world.issue({ profile: 'shop', csr }), reason);
    await assert.rejects(world.rekey(first, { csr }), reason);
  });
});
