import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import * as oids from '../../../src/x509/oids.ts';
import { certificatePem, NOW, refusalOf } from '../../support/issuance.ts';
import {
  basicConstraints,
  extKeyUsage,
  type OutsideChanges,
  worldBelow,
} from '../../support/outside-authority.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-outside-'));
after(() => rmSync(folder, { recursive: true }));

/** What openssl says of a certificate below the two; empty where it accepts. */
function opinion(
  { der: octets }: { readonly der: Uint8Array },
  path: readonly { readonly pem: string }[],
  purpose = 'sslserver',
): string {
  const [root, issuing] = ['root.pem', 'issuing.pem'].map((file) => join(folder, file));
  writeFileSync(root ?? '', path.at(-1)?.pem ?? '');
  writeFileSync(issuing ?? '', path.map(({ pem }) => pem).join(''));
  const trust = ['-CAfile', root ?? '', '-untrusted', issuing ?? ''];
  const at = ['-attime', String(NOW.getTime() / 1_000), '-purpose', purpose];
  try {
    execFileSync('openssl', ['verify', ...at, ...trust], {
      input: certificatePem({ der: octets }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return '';
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  }
}

const server = { dnsNames: ['a.example.org'] };
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);

describe('a leaf below an authority from elsewhere', () => {
  it('names its issuer octet for octet, whatever string types its subject is written in', async () => {
    const attribute = (type: string, text: Buffer) => der.setOf(der.sequence(der.oid(type), text));
    const subject = der.sequence(
      attribute(oids.COMMON_NAME, der.printableString('Issuing Out Of Order')),
      attribute(oids.ORGANIZATION, der.bmpString('Überall')),
      attribute('0.9.2342.19200300.100.1.25', der.ia5String('example')),
      attribute(oids.COUNTRY, der.utf8String('ch')),
    );
    const { world, top, below } = worldBelow({ subject });
    const { certificate } = await world.issue(server);
    assert.deepEqual(Buffer.from(decodeCertificate(certificate.der).issuerName), subject);
    assert.equal(opinion(certificate, [below, top]), '');
  });

  it('has the key identifier that its issuer has, however that was counted (RFC 7093)', async () => {
    const identifier = createHash('sha256').update('a key').digest();
    const { world, top, below } = worldBelow({
      extensions: { [oids.SUBJECT_KEY_IDENTIFIER]: { value: der.octetString(identifier) } },
    });
    const { certificate } = await world.issue(server);
    const { authorityKeyIdentifier } = decodeCertificate(certificate.der);
    assert.equal(authorityKeyIdentifier, identifier.toString('hex'));
    assert.equal(opinion(certificate, [below, top]), '');
  });

  it('has the identifier that is counted from the key where its issuer has none', async () => {
    const { world, top, below } = worldBelow({
      extensions: { [oids.SUBJECT_KEY_IDENTIFIER]: null },
    });
    const { certificate } = await world.issue(server);
    const spki = below.keys.publicKey.export({ type: 'spki', format: 'der' });
    const counted = createHash('sha1').update(spki.subarray(-65)).digest('hex');
    assert.equal(decodeCertificate(certificate.der).authorityKeyIdentifier, counted);
    assert.equal(opinion(certificate, [below, top]), '');
  });

  it('ends before every authority above does, not only before its issuer', async () => {
    const { world } = worldBelow({}, { notAfter: inHours(24) });
    const attempt = world.issue({ ...server, validity: '25h' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/validity']);
    await assert.rejects(
      world.issue({ ...server, validity: '25h' }),
      /would outlive authority "Outside Root"/,
    );
    assert.ok(await world.issue({ ...server, validity: '24h' }));
  });

  it('begins after every authority above does: a root may be younger than what it signed', async () => {
    const notBefore = new Date(NOW.getTime() - 60_000);
    const { world } = worldBelow({}, { notBefore });
    const { certificate } = await world.issue({ ...server, validity: '1h' });
    assert.deepEqual(certificate.notBefore, notBefore);
  });
});

describe('an authority from elsewhere cannot issue', () => {
  const noCertSign = { [oids.KEY_USAGE]: { isCritical: true, value: der.namedBits([0, 6]) } };
  const noAuthority = { [oids.BASIC_CONSTRAINTS]: { isCritical: true, value: der.sequence() } };
  for (const [why, issuing, root, words] of [
    ['once it has expired', { notAfter: inHours(-1) }, {}, /authority "issuing" has expired/],
    [
      'once its root has expired, though itself has not',
      {},
      { notAfter: inHours(-1) },
      /stands below "CN=Outside Root", which has expired/,
    ],
    ['before its root is valid', {}, { notBefore: inHours(1) }, /which is not valid yet/],
    ['without keyCertSign', { extensions: noCertSign }, {}, /may not sign certificates/],
    ['below a root without keyCertSign', {}, { extensions: noCertSign }, /may not sign/],
    ['without the CA bit', { extensions: noAuthority }, {}, /may not sign certificates/],
  ] as const) {
    it(why, async () => {
      const { world } = worldBelow(issuing, root);
      assert.deepEqual(await refusalOf(world.issue(server)), [
        'authority-cannot-issue',
        '/authority',
      ]);
      await assert.rejects(world.issue(server), words);
    });
  }

  it('where its key is elsewhere', async () => {
    const { world } = worldBelow({});
    const attempt = world.createIntermediate({ name: 'more', parent: 'root' });
    assert.deepEqual(await refusalOf(attempt), ['authority-cannot-issue', '/parent']);
  });

  it('and may where it says nothing of keyUsage', async () => {
    const { world } = worldBelow({ extensions: { [oids.KEY_USAGE]: null } });
    assert.ok(await world.issue(server));
  });

  it('further authorities where a pathLenConstraint far above leaves none', async () => {
    const none = { [oids.BASIC_CONSTRAINTS]: { isCritical: true, value: basicConstraints(2) } };
    const { world } = worldBelow({}, { extensions: none });
    const below = { name: 'last', parent: 'issuing', subject: { commonName: 'Last' } };
    await world.createIntermediate({ ...below, pathLenConstraint: 0 });
    const attempt = world.createIntermediate({ ...below, name: 'more', parent: 'last' });
    assert.deepEqual(await refusalOf(attempt), ['authority-cannot-issue', '/parent']);
  });
});

describe('the purposes of every authority above', () => {
  const [both, client, any] = [
    extKeyUsage(oids.SERVER_AUTH, oids.CLIENT_AUTH),
    extKeyUsage(oids.CLIENT_AUTH),
    extKeyUsage(oids.ANY_EXTENDED_KEY_USAGE),
  ];
  const of = (value: { readonly value: Buffer }): OutsideChanges => ({
    extensions: { [oids.EXT_KEY_USAGE]: value },
  });

  for (const [what, issuing, root] of [
    ['name the leaf’s', of(both), of(both)],
    ['are not limited', {}, {}],
  ] as const) {
    it(`grant a server certificate where they ${what}`, async () => {
      const { world, top, below } = worldBelow(issuing, root);
      const { certificate } = await world.issue(server);
      assert.equal(opinion(certificate, [below, top]), '');
    });
  }

  it('grant all by anyExtendedKeyUsage (RFC 5280 §4.2.1.12), in which openssl sees none', async () => {
    const { world, top, below } = worldBelow(of(any), of(any));
    const { certificate } = await world.issue(server);
    assert.equal(opinion(certificate, [below, top], 'any'), '');
    assert.match(opinion(certificate, [below, top]), /purpose/);
  });

  for (const [what, issuing, root, name] of [
    ['its issuer', of(client), {}, 'Outside Issuing'],
    ['its root', of(both), of(client), 'Outside Root'],
  ] as const) {
    it(`refuse a server certificate where ${what} is for clients only, by name`, async () => {
      const { world } = worldBelow(issuing, root);
      assert.deepEqual(await refusalOf(world.issue(server)), ['request-refused', '/profile']);
      await assert.rejects(
        world.issue(server),
        new RegExp(`authority "${name}" is for clientAuth .* only, not for serverAuth`),
      );
      assert.ok(await world.issue({ ...server, profile: 'client' }));
    });
  }

  it('bind what is below an authority that is made here, though its own certificate names none', async () => {
    const { world, top, below } = worldBelow({}, of(client));
    const own = { name: 'below', parent: 'issuing', subject: { commonName: 'Below' } };
    const { certificate } = await world.createIntermediate(own);
    const attempt = world.issue({ ...server, authority: 'below' });
    assert.deepEqual(await refusalOf(attempt), ['request-refused', '/profile']);
    const leaf = await world.issue({ ...server, authority: 'below', profile: 'client' });
    const path = [{ pem: certificatePem(certificate) }, below, top];
    assert.equal(opinion(leaf.certificate, path, 'sslclient'), '');
  });
});
