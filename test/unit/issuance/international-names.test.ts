import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalName, readName } from '../../../src/issuance/names.ts';

/** What a host is refused for; empty when it is taken. */
function faultOf(host: string): string {
  const read = readName('dnsNames', host);
  return 'fault' in read ? read.fault : '';
}

function assertFaults(pattern: RegExp, hosts: readonly string[]): void {
  for (const host of hosts) {
    assert.match(faultOf(host), pattern, host);
    assert.match(faultOf(host), /^[ -~]+$/, 'in ASCII');
  }
}

/** U-labels and what they are as A-labels; the latter as other implementations have it. */
const LABELS = [
  ['bücher', 'xn--bcher-kva'],
  ['faß', 'xn--fa-hia'],
  ['βόλος', 'xn--nxasmm1c'],
  ['пример', 'xn--e1afmkfd'],
  ['παράδειγμα', 'xn--hxajbheg2az3al'],
  ['例え', 'xn--r8jz45g'],
  ['실례', 'xn--9n2bp8q'],
  ['उदाहरण', 'xn--p1b6ci4b4b3a'],
  ['مثال', 'xn--mgbh0fb'],
  ['דוגמה', 'xn--6dbbec0c'],
  ['நாடு', 'xn--wxa4cwa5d6a'],
  ['l·l', 'xn--ll-0ea'],
  ['က္က', 'xn--7idwa'],
] as const;

describe('an international DNS name', () => {
  it('is written as A-labels, in whichever form it is given', () => {
    const [umlaut] = LABELS;
    const forms = ['*.bücher.example', '*.BüCHER.Example', '*.XN--BCHER-kva.example'];
    assert.deepEqual(umlaut, ['bücher', 'xn--bcher-kva']);
    for (const form of forms) {
      assert.equal(canonicalName('dnsNames', form), '*.xn--bcher-kva.example', form);
    }
  });

  it('may be in any script of today', () => {
    for (const [uLabel, aLabel] of LABELS.slice(0, 10)) {
      assert.equal(canonicalName('dnsNames', `${uLabel}.example`), `${aLabel}.example`);
      assert.equal(canonicalName('dnsNames', `${aLabel}.example`), `${aLabel}.example`);
    }
  });

  it('holds no code point that IDNA2008 does not allow, though others map or take it', () => {
    const hosts = [
      '☃.net',
      '😀.net',
      'i❤.ws',
      'a™.b',
      'ａ.b',
      'a。b',
      'ﬁ.b',
      '½.b',
      'ª.b',
      'a\u00adb.c',
    ];
    assertFaults(/U\+[0-9A-F]{4,6}, which IDNA2008 does not allow/, hosts);
    assertFaults(/U\+[0-9A-F]{4,6}, which/, ['a\u200bb.c', 'a\u202eb.c', 'a\ufeffb.c', '\ud800.c']);
    assertFaults(/U\+[0-9A-F]{4,6}, which/, ['xn--n3h.net', 'xn--ls8h.la', 'xn--i-7iq.ws']);
  });

  it('is not mapped: beyond ASCII it has small letters, in Normalization Form C', () => {
    assertFaults(/U\+00DC, a capital letter/, ['BÜCHER.example']);
    assertFaults(/capital letter/, ['ΣΑΣ.example', 'İstanbul.example', 'ẞ.example']);
    assertFaults(/Normalization Form C/, ['bu\u0308cher.example']);
  });

  it('has no label that begins with a combining mark', () => {
    assertFaults(/begins with a combining mark/, ['\u0308a.b', 'a.\u0300b.c', '\u093ea.b']);
  });

  it('has joiners only where RFC 5892 appendix A.1 and A.2 let them stand', () => {
    assert.equal(canonicalName('dnsNames', 'نامه\u200cای.a'), 'xn--mgba3gch31f060k.a');
    assert.equal(canonicalName('dnsNames', 'क्\u200dष.a'), 'xn--11b2ezcw70k.a');
    const misplaced = [
      'a\u200cb.c',
      'a\u200db.c',
      '\u200cب.c',
      'ب\u200c.c',
      'क\u200dष.a',
      'ا\u200cب.c',
    ];
    assertFaults(/joiner/, misplaced);
  });

  it('has the characters of appendix A.3 to A.9 only in their context', () => {
    for (const host of ['l·l.a', '͵α.a', 'א׳ב.a', 'א״.a', 'カ・カ.a', 'ب١.a', 'ب۱.a']) {
      assert.equal(faultOf(host), '', host);
    }
    const misplaced = ['a·l.b', 'l·.b', '·l.b', '͵a.b', 'α͵.b', '׳א.b', '・a.b', 'ب١۱.a', 'ب۱١.a'];
    assertFaults(/where RFC 5892 \(appendix A\) does not allow it/, misplaced);
  });

  it('keeps the rules for text from right to left, all its labels together', () => {
    for (const host of ['אב.example', 'אב3.a', 'مثال.example.org', '*.אב.example']) {
      assert.equal(faultOf(host), '', host);
    }
    assertFaults(/right to left/, ['0a.אב', 'אב.0a', '3אב.a', 'ب1٢.a']);
  });

  it('has no A-label that is not one', () => {
    const undecodable = ['xn--99999999.a', 'xn--a99999999.b', 'xn--0.b', 'xn--\u00fc.b'];
    assertFaults(/no Punycode|has a hyphen/, undecodable);
    assertFaults(/ends with a hyphen/, ['xn--.a', 'xn--example-.b']);
    assertFaults(/stands for one that holds U\+00DC, a capital letter/, ['xn--wca.a']);
    assertFaults(/stands for one that is not in Normalization Form C/, ['xn--u-ccb.a']);
    // Two surrogates, each encoded as if it were a character, for one beyond the Basic Multilingual Plane.
    assertFaults(/is not the A-label of what it decodes to/, ['xn--cd9bq2e.a']);
  });

  it('has lengths that count as A-labels', () => {
    const label = (count: number) => 'ü'.repeat(count);
    assert.equal(canonicalName('dnsNames', label(57)).length, 63);
    assertFaults(/more than 63 characters/, [`${label(58)}.a`, `${label(63)}.a`, `${label(64)}.a`]);
    const name = (last: number) => [57, 57, 57, last].map(label).join('.');
    assert.equal(canonicalName('dnsNames', name(55)).length, 253);
    assertFaults(/more than 253 characters/, [name(56), label(254), label(1_000_000)]);
  });
});

describe('a host in an e-mail address or a URI', () => {
  it('is written as A-labels', () => {
    const written = [
      ['emailAddresses', 'Ops@Bücher.example', 'Ops@xn--bcher-kva.example'],
      [
        'uris',
        'https://bücher.example:8443/%C3%BC?b#c',
        'https://xn--bcher-kva.example:8443/%C3%BC?b#c',
      ],
      ['uris', 'spiffe://bücher/ns/a', 'spiffe://xn--bcher-kva/ns/a'],
    ] as const;
    for (const [kind, text, name] of written) assert.equal(canonicalName(kind, text), name);
  });

  it('makes the whole no longer than it may be', () => {
    const host = (last: number) => [57, 57, last].map((count) => 'ü'.repeat(count)).join('.');
    const [address, uri] = [`${'a'.repeat(64)}@`, 'a://ü/'];
    assert.ok('name' in readName('emailAddresses', address + host(55)));
    assert.ok('fault' in readName('emailAddresses', address + host(56)));
    assert.ok('name' in readName('uris', uri + 'a'.repeat(2_036)));
    assert.ok('fault' in readName('uris', uri + 'a'.repeat(2_037)));
  });

  it('is judged as a DNS name is', () => {
    for (const host of ['☃.a', 'xn--n3h.a', 'xn--a-.a']) {
      assert.ok('fault' in readName('emailAddresses', `a@${host}`), host);
      assert.ok('fault' in readName('uris', `https://${host}/`), host);
    }
  });
});
