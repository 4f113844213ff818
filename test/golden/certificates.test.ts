import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Certificate } from '../../src/certificate.ts';
import { keysFrom } from '../support/deterministic-keys.ts';
import { IssuanceWorld } from '../support/issuance.ts';
import { membersOf } from '../unit/x509/der-members.ts';

/*
 * Under fixed keys, a fixed clock and fixed serial numbers, every octet is decided. What RSA signs is
 * compared whole; an ECDSA signature is another one each time, so only what is signed is compared.
 */

/** Hexadecimal, in lines. */
function golden(name: string): string {
  const text = readFileSync(new URL(`${name}.hex`, import.meta.url), 'utf8');
  return text.replaceAll(/\s/g, '');
}

/** The TBSCertificate of a certificate. */
function tbsOf({ der }: Pick<Certificate, 'der'>): string {
  return membersOf(der)[0]?.toString('hex') ?? '';
}

const keys = [
  keysFrom('root', 'rsa-2048'),
  ...['issuing', 'server', 'client'].map((word) => keysFrom(word, 'ecdsa-p256')),
];
let serialNumbers = 0;
const world = new IssuanceWorld({
  newKeyPair: () => Promise.resolve(keys.shift() ?? assert.fail()),
  randomBytes: (size) => Buffer.alloc(size, ++serialNumbers),
});
const { certificate: root } = await world.createRoot({
  keyAlgorithm: 'rsa-2048',
  subject: { commonName: 'Golden Root', organization: 'Certwright', country: 'CH' },
});
const { certificate: issuing } = await world.createIntermediate({
  subject: { commonName: 'Golden Issuing' },
  pathLenConstraint: 0,
  nameConstraints: {
    permitted: { dnsNames: ['example.org'], emailDomains: ['.example.org'] },
    excluded: { ipRanges: ['10.0.0.0/8', '2001:db8::/32'], uriDomains: ['example.org'] },
  },
});
const { certificate: server } = await world.issue({
  dnsNames: ['webapp.example.org', '*.apps.example.org'],
  ipAddresses: ['192.0.2.7', '2001:db9::7'],
});
const { certificate: client } = await world.issue({
  profile: 'client',
  emailAddresses: ['ops@a.example.org'],
  uris: ['https://a.example.org/ops'],
  validity: '825d',
});

describe('octet for octet as ever', () => {
  it('is a root that signs itself with RSA', () => {
    assert.equal(Buffer.from(root.der).toString('hex'), golden('root'));
  });

  it('is an intermediate with name constraints, signed with RSA', () => {
    assert.equal(Buffer.from(issuing.der).toString('hex'), golden('issuing'));
  });

  it('is what is signed for a server', () => {
    assert.equal(tbsOf(server), golden('server-tbs'));
  });

  it('is what is signed for a client without a subject', () => {
    assert.equal(tbsOf(client), golden('client-tbs'));
  });
});

describe('the golden certificates', () => {
  it('are real ones, whose signatures verify', () => {
    const path = [client, issuing, root].map(({ der }) => new X509Certificate(der));
    for (const [index, certificate] of path.entries()) {
      const { publicKey } = path[index + 1] ?? certificate;
      assert.ok(certificate.verify(publicKey));
    }
  });
});
