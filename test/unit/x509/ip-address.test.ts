import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ipOctets, ipRangeOctets, ipText, isIpAddressIn } from '../../../src/x509/ip-address.ts';

const ipv4Octets = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Many zero groups, so that every way to shorten them occurs. */
const ipv6Octets = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xff_ff)), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));

/** What another implementation makes of an IPv6 address. */
function whatwgText(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

describe('an IP address', () => {
  it('is read from any text that node:net takes for one, and from no other', () => {
    const text = fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), fc.string(), fc.domain());
    fc.assert(
      fc.property(text, (candidate) => {
        const expected = { 0: undefined, 4: 4, 6: 16 }[isIP(candidate)];
        const length = ipOctets(candidate)?.length;
        assert.equal(length, candidate.includes('%') ? undefined : expected);
      }),
    );
  });

  it('keeps its octets through text and back', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Octets, ipv6Octets), (octets) => {
        assert.deepEqual(ipOctets(ipText(octets)), Buffer.from(octets));
      }),
    );
  });

  it('has one text, the same that a URL gives it, however it was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), ipv6Octets.map(ipText)), (text) => {
        assert.equal(ipText(ipOctets(text) ?? Buffer.alloc(0)), whatwgText(text));
      }),
    );
  });

  it('is written as RFC 5952 says', () => {
    for (const [text, canonical] of [
      ['2001:0DB8::0001', '2001:db8::1'],
      ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['::ffff:192.0.2.1', '::ffff:c000:201'],
      ['192.0.2.1', '192.0.2.1'],
    ] as const) {
      assert.equal(ipText(ipOctets(text) ?? Buffer.alloc(0)), canonical, text);
    }
  });

  it('is not read from what only resembles one', () => {
    for (const text of [
      '',
      '192.0.2',
      '192.0.2.256',
      '192.0.2.01',
      '0x7f.0.0.1',
      '127.1',
      ' 192.0.2.1',
      '192.0.2.1\n',
      'fe80::1%eth0',
      '[::1]',
      ':::',
      '1::2::3',
      '::ffff:192.0.2.256',
      '1:2:3:4:5:6:7',
      '12345::',
    ]) {
      assert.equal(ipOctets(text), undefined, JSON.stringify(text));
    }
  });
});

describe('an IP range', () => {
  it('covers the same addresses as node:net says', () => {
    const range = fc.oneof(
      fc.tuple(ipv4Octets, fc.nat(32), ipv4Octets),
      fc.tuple(ipv6Octets, fc.nat(128), ipv6Octets),
    );
    fc.assert(
      fc.property(range, ([base, prefix, address]) => {
        const bits = [...base].map((octet) => octet.toString(2).padStart(8, '0')).join('');
        const kept = bits.slice(0, prefix).padEnd(bits.length, '0').match(/.{8}/g) ?? [];
        const network = Uint8Array.from(kept, (octet) => Number.parseInt(octet, 2));
        const cidr = `${ipText(network)}/${prefix}`;
        const family = base.length === 4 ? 'ipv4' : 'ipv6';
        const list = new BlockList();
        list.addSubnet(ipText(network), prefix, family);
        const text = ipText(address);
        assert.equal(isIpAddressIn(text, cidr), list.check(text, family), cidr);
      }),
    );
  });

  it('covers addresses of its own family only, and is none where it cannot be read', () => {
    assert.ok(isIpAddressIn('10.1.2.3', '10.0.0.0/8'));
    assert.equal(isIpAddressIn('::ffff:10.1.2.3', '10.0.0.0/8'), false);
    assert.equal(isIpAddressIn('10.1.2.3', '::/0'), false);
    assert.equal(isIpAddressIn('10.1.2.3', '10.0.0.1/8'), false);
    assert.equal(isIpAddressIn('example.org', '0.0.0.0/0'), false);
  });

  it('is written as the address, then the mask', () => {
    for (const [cidr, hex] of [
      ['10.0.0.0/8', '0a000000ff000000'],
      ['192.0.2.128/25', 'c0000280ffffff80'],
      ['0.0.0.0/0', '0000000000000000'],
      ['192.0.2.1/32', 'c0000201ffffffff'],
      ['2001:db8::/33', `20010db8${'00'.repeat(12)}ffffffff80${'00'.repeat(11)}`],
      ['::/0', '00'.repeat(32)],
    ] as const) {
      assert.equal(ipRangeOctets(cidr)?.toString('hex'), hex, cidr);
    }
  });

  it('is refused with host bits set, or where it is none', () => {
    for (const text of [
      '10.0.0.1/8',
      '192.0.2.129/25',
      '2001:db8::1/64',
      '10.0.0.0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/08',
      '10.0.0.0/-1',
      '10.0.0.0/8/8',
      '10.0.0.0/255.0.0.0',
      'example.org/8',
    ]) {
      assert.equal(ipRangeOctets(text), undefined, text);
    }
  });
});
