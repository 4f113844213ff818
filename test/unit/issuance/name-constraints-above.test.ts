import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { certificatePem, IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';

const world = new IssuanceWorld();
await world.createRoot({ nameConstraints: { excluded: { dnsNames: ['secret.example.org'] } } });
await world.createIntermediate({
  name: 'middle',
  subject: { commonName: 'Middle' },
  nameConstraints: {
    permitted: {
      dnsNames: ['example.org'],
      ipRanges: ['10.0.0.0/8', '2001:db8::/32'],
      emailDomains: ['example.org'],
      uriDomains: ['.example.org'],
    },
  },
});
await world.createIntermediate({
  name: 'issuing',
  parent: 'middle',
  nameConstraints: { excluded: { ipRanges: ['10.1.0.0/16'] } },
});

const folder = mkdtempSync(join(tmpdir(), 'certwright-constraints-'));
after(() => rmSync(folder, { recursive: true }));
const pemOf = (name: string) =>
  certificatePem(world.authorities.get(name)?.certificate ?? assert.fail());
const [rootFile, pathFile] = ['root.pem', 'path.pem'].map((file) => join(folder, file));
writeFileSync(rootFile ?? '', pemOf('root'));
writeFileSync(pathFile ?? '', pemOf('middle') + pemOf('issuing'));

/** Whether openssl, which judges the constraints of the whole path, accepts the certificate. */
function isAccepted(certificate: { readonly der: Uint8Array }): boolean {
  const instant = String(NOW.getTime() / 1_000);
  const trust = ['-CAfile', rootFile ?? '', '-untrusted', pathFile ?? ''];
  try {
    execFileSync('openssl', ['verify', '-x509_strict', '-attime', instant, ...trust], {
      input: certificatePem(certificate),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return true;
  } catch {
    return false;
  }
}

const names = (values: Partial<LeafRequest>) => ({ dnsNames: ['a.example.org'], ...values });
const client = (commonName: string): Partial<LeafRequest> => ({
  profile: 'client',
  subject: { commonName },
});

describe('the constraints of every authority above', () => {
  for (const [what, request] of [
    ['a host below the permitted one', names({})],
    ['a wildcard below the permitted one', names({ dnsNames: ['*.a.example.org'] })],
    ['addresses in permitted ranges', names({ ipAddresses: ['10.2.0.1', '2001:db8::1'] })],
    ['a mailbox at the permitted host', names({ emailAddresses: ['a@example.org'] })],
    ['a URI below the permitted domain', names({ uris: ['https://a.example.org/b'] })],
    ['a common name that is no host', client('Büro 7, 2. Stock')],
    ['a common name without a dot', client('webapp')],
    ['a common name that is permitted as a host', client('b.example.org')],
  ] as const) {
    it(`permit ${what}, as openssl does`, async () => {
      const { certificate } = await world.issue(request);
      assert.ok(isAccepted(certificate));
    });
  }

  for (const [what, place, request] of [
    ['another host', '/dnsNames/1', names({ dnsNames: ['a.example.org', 'example.net'] })],
    ['a host that only ends alike', '/dnsNames/0', names({ dnsNames: ['badexample.org'] })],
    ['a host that the root excludes', '/dnsNames/0', names({ dnsNames: ['secret.example.org'] })],
    ['a name below it', '/dnsNames/0', names({ dnsNames: ['a.secret.example.org'] })],
    ['a wildcard that reaches it', '/dnsNames/0', names({ dnsNames: ['*.example.org'] })],
    ['another address', '/ipAddresses/0', names({ ipAddresses: ['192.0.2.1'] })],
    ['an address that is excluded', '/ipAddresses/0', names({ ipAddresses: ['10.1.2.3'] })],
    ['another IPv6 address', '/ipAddresses/0', names({ ipAddresses: ['2001:db9::1'] })],
    ['another mailbox', '/emailAddresses/0', names({ emailAddresses: ['a@b.example.org'] })],
    ['the bare domain in a URI', '/uris/0', names({ uris: ['https://example.org/'] })],
    ['a URI without a host', '/uris/0', names({ uris: ['urn:a:b'] })],
    ['a host as a common name', '/subject/commonName', client('evil.example.net')],
    ['such a host with underscores', '/subject/commonName', client('a_b.example.net')],
    ['such a host with a dot at its end', '/subject/commonName', client('evil.example.net.')],
    ['a host beyond ASCII as a common name', '/subject/commonName', client('bücher.example')],
    [
      'a host as a common name beside a permitted one',
      '/subject/commonName',
      { ...client('evil.example.net'), dnsNames: ['a.example.org'] },
    ],
    [
      'a host of one label as the common name of what may serve',
      '/subject/commonName',
      { profile: 'spiffe', uris: ['spiffe://a.example.org/b'], subject: { commonName: 'vault' } },
    ],
    ['an address as a common name', '/subject/commonName', client('192.0.2.1')],
    [
      'the same of a server',
      '/subject/commonName',
      { subject: { commonName: '10.2.0.1' }, ipAddresses: ['10.2.0.1'] },
    ],
  ] as const) {
    it(`refuse ${what}, and say where`, async () => {
      assert.deepEqual(await refusalOf(world.issue(request)), ['request-refused', place]);
    });
  }

  it('name the authority that refuses', async () => {
    const attempt = world.issue({ dnsNames: ['secret.example.org'] });
    await assert.rejects(attempt, /authority "Test Root" excludes "secret.example.org"/);
  });
});
