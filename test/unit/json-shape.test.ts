import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJsonOctets } from '../../api/input.ts';
import { PkiError } from '../../src/errors.ts';

function parse(text: string): unknown {
  return parseJsonOctets(Buffer.from(text));
}

/** Where a text is at fault, and how. */
function faultOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof PkiError);
    assert.equal(error.code, 'request-malformed');
    const [{ pointer, detail } = assert.fail()] = error.violations;
    return `${pointer}: ${detail}`;
  }
  return 'none';
}

const many = (count: number) =>
  `{${Array.from({ length: count }, (_, index) => `"m${index}":1`).join()}}`;

describe('a body of JSON', () => {
  it('is what JSON.parse makes of it, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        fc.pre(!JSON.stringify(value).includes('length'));
        assert.deepEqual(parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  const faults: Readonly<Record<string, string>> = {
    '{"a":1,"a":2}': '/a: is there twice',
    '{"a":1,"\\u0061":2}': '/a: is there twice',
    '{"a":[{"b":1},{"c":2,"b":{},"c":[]}]}': '/a/1/c: is there twice',
    '[[],{},{"a/b":1,"~":{"x":":","x":"{"}}]': '/2/~0/x: is there twice',
    '{"__proto__":1,"__proto__":2}': '/__proto__: is there twice',
    '{"":1,"":2}': '/: is there twice',
    '{"a":{"length":{"toString":1}}}': '/a/length: is not known',
    [many(65)]: ': has more than 64 members',
    [`{"a":[1,${many(65)}]}`]: '/a/1: has more than 64 members',
    ['['.repeat(33) + ']'.repeat(33)]: ': is nested deeper than 32 levels',
    [`{"a":"${'x'.repeat(300_000)}","a":1}`]: ': has a member twice in one object',
    [`{"${'\\\\'.repeat(40)}":1,"b":"${'\\"'.repeat(40)}","b":1}`]: '/b: is there twice',
    '\ufeff{}': ': is not valid JSON',
    '{"a":1,}': ': is not valid JSON, at column 8',
    '{"a":"é\u{1f600}" "b":1}': ': is not valid JSON, at column 11',
    '{\n"a":1,\n}': ': is not valid JSON, at line 3, column 1',
    '{"a"::1}': ': is not valid JSON',
    '{"a": in JSON at position 7}': ': is not valid JSON',
    '"': ': is not valid JSON, at column 2',
    '{"a":': ': is not valid JSON: it ends too early',
    '': ': is not valid JSON: it ends too early',
  };
  for (const [text, fault] of Object.entries(faults)) {
    it(`that is ${text.slice(0, 40).replace('\ufeff', '(a byte order mark)')} is refused: ${fault}`, () => {
      assert.equal(faultOf(text), fault);
    });
  }

  const taken = [
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a\\"":1,"a":"\\\\"}',
    '{"a:b":":","a":["b:c",":"]}',
    '{"length":5}',
    many(64),
    ' [ ] ',
    'null',
  ];
  for (const text of taken) {
    it(`that is ${text.slice(0, 40)} is taken`, () =>
      assert.deepEqual(parse(text), JSON.parse(text)));
  }

  it('in other octets than UTF-8 is refused', () => {
    assert.throws(() => parseJsonOctets(Buffer.from('{"a":"é"}', 'latin1')), /UTF-8/);
  });
});
