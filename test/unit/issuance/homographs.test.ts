import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readName } from '../../../src/issuance/names.ts';

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

describe('a homograph', () => {
  it('that mixes scripts is refused, in either form, and says which', () => {
    assertFaults(/"p\\u\{430\}ypal" mixes Cyrillic and Latin letters/, ['pаypal.example']);
    assertFaults(/"xn--pypal-4ve" mixes Cyrillic and Latin letters/, ['xn--pypal-4ve.example']);
    assertFaults(/mixes .* letters/, ['αpple.a', 'ԁell.a', 'a١.b', 'あ한.a']);
  });

  it('of one script whose every letter looks like ASCII is refused, in either form', () => {
    const whole = [
      'аррӏе.a',
      'xn--80ak6aa92e.com',
      'сосо.a',
      'οινο.a',
      'օո.a',
      'סוס.a',
      'ɡoogle.a',
    ];
    assertFaults(/looks as if it were written in ASCII letters/, whole);
    const dressed = ['а\u0301рра.a', 'ёёё.a', 'ό.a', 'аррӏе-1.a', '๐.a'];
    assertFaults(/looks as if it were written in ASCII letters/, dressed);
  });

  it('of Latin with signs of Chinese or Japanese that look like Latin is refused', () => {
    assertFaults(/looks as if/, ['g〇〇gle.a', 'pay一pal.a', 'comノlogin.a', 'a丨b.a']);
  });

  it('in a script that nobody uses today is refused', () => {
    assertFaults(/script that is not in general use/, ['Ꭺ.a', 'ᏣᎳᎩ.a', 'ⲟ.a', '𐌰.a']);
  });

  it('is not seen in words that merely share letters with others', () => {
    const words = [
      'яндекс',
      'москва',
      'ελλάς',
      'café',
      'ñandú',
      'kapı',
      'straße',
      'øl',
      'əliyev',
      'łódź',
    ];
    const mixed = [
      '東京tower',
      'ソニーtv',
      'ノートpc',
      '한국abc',
      '中ㄅabc',
      'ひらカタ漢',
      '七十一',
      '工',
      'a七b八',
    ];
    for (const word of [...words, ...mixed]) assert.equal(faultOf(`${word}.example`), '', word);
  });

  it('is refused in an e-mail address and in a URI too, and points out the host', () => {
    for (const [kind, name] of [
      ['emailAddresses', 'a@pаypal.example'],
      ['uris', 'https://pаypal.example/'],
    ] as const) {
      const read = readName(kind, name);
      assert.match(
        'fault' in read ? read.fault : '',
        /^has a host that could be taken for another/,
      );
    }
  });
});
