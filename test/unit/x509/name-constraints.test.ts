import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { ipRangeOctets } from '../../../src/x509/ip-address.ts';
import { encodeNameConstraints, isConstraining } from '../../../src/x509/name-constraints.ts';
import { certificatePem, IssuanceWorld } from '../../support/issuance.ts';

async function rootWith(nameConstraints: Parameters<typeof encodeNameConstraints>[0]) {
  return (await new IssuanceWorld().createRoot({ nameConstraints })).certificate;
}

function textOf(certificate: { readonly der: Uint8Array }): string {
  const input = certificatePem(certificate);
  return execFileSync('openssl', ['x509', '-noout', '-text'], { input, encoding: 'utf8' });
}

/** Labels with hyphens in third and fourth place are A-labels, or none (RFC 5890 §2.3.1). */
const domain = fc.domain().filter((name) => !/(?:^|\.)..--/.test(name));
const range = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
  )
  .map(([address, prefix]) => `${address}/${prefix}`)
  .filter((cidr) => ipRangeOctets(cidr) !== undefined);
const subtrees = fc.record({
  dnsNames: fc.array(domain, { maxLength: 2 }),
  ipRanges: fc.array(fc.oneof(range, fc.constantFrom('10.0.0.0/8', '0.0.0.0/0', '::/0')), {
    maxLength: 2,
  }),
  emailDomains: fc.array(domain, { maxLength: 2 }),
  uriDomains: fc.array(
    domain.map((name) => `.${name}`),
    { maxLength: 2 },
  ),
});

describe('name constraints', () => {
  it('are written as RFC 5280 has them: no minimum, no maximum, octets and mask', () => {
    const permitted = {
      dnsNames: ['a.b'],
      ipRanges: ['10.0.0.0/8'],
      emailDomains: ['c'],
      uriDomains: ['.d'],
    };
    const octets = encodeNameConstraints({ permitted, excluded: { ipRanges: ['::/0'] } });
    const bases = ['30058203612e62', '300a87080a000000ff000000', '3003810163', '300486022e64'];
    const excluded = `a124302287 20${'00'.repeat(32)}`.replace(' ', '');
    assert.equal(octets.toString('hex'), `3046${`a01e${bases.join('')}`}${excluded}`);
  });

  it('are read back as they were written, by openssl too', async () => {
    const nameConstraints = {
      permitted: { dnsNames: ['example.org'], emailDomains: ['example.org', '.example.org'] },
      excluded: { ipRanges: ['10.0.0.0/8', '2001:db8::/32'], uriDomains: ['.example.net'] },
    };
    const root = await rootWith(nameConstraints);
    const [permitted, excluded] = textOf(root).split('Excluded:');
    assert.match(permitted ?? '', /Name Constraints: critical\n +Permitted:/);
    assert.match(permitted ?? '', /DNS:example.org\n +email:example.org\n +email:.example.org\n/);
    assert.match(excluded ?? '', /IP:10.0.0.0\/255.0.0.0\n +IP:2001:DB8:0:0:0:0:0:0\/FFFF:FFFF:0:/);
    assert.match(excluded ?? '', /URI:.example.net\n/);
  });

  it('lose nothing on their way through a certificate', async () => {
    await fc.assert(
      fc.asyncProperty(subtrees, subtrees, async (permitted, excluded) => {
        const { nameConstraints: read } = decodeCertificate(
          (await rootWith({ permitted, excluded })).der,
        );
        for (const [wanted, found] of [
          [permitted, read.permitted],
          [excluded, read.excluded],
        ] as const) {
          assert.deepEqual(found?.dnsNames ?? [], wanted.dnsNames);
          assert.deepEqual(found?.emailDomains ?? [], wanted.emailDomains);
          assert.deepEqual(found?.uriDomains ?? [], wanted.uriDomains);
          const octets = (ranges: readonly string[] = []) =>
            ranges.map((cidr) => ipRangeOctets(cidr)?.toString('hex'));
          assert.deepEqual(octets(found?.ipRanges), octets(wanted.ipRanges));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('make no extension where they constrain nothing', async () => {
    assert.equal(isConstraining({}), false);
    assert.equal(isConstraining({ permitted: { dnsNames: [] }, excluded: {} }), false);
    assert.doesNotMatch(textOf(await rootWith({ permitted: {} })), /Name Constraints/);
  });
});
