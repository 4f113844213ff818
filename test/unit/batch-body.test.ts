import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseBatch } from '../../api/batch/body.ts';
import { PkiError } from '../../src/errors.ts';

/** What is made of each item, or of the whole: `pointer: detail` of a fault. */
function readingOf(text: string): unknown {
  const { items } = parseBatch(Buffer.from(text)) as { items: readonly unknown[] };
  return items.map((item) => (item instanceof PkiError ? faultOf(item) : item));
}

function faultOf(error: unknown): string {
  assert.ok(error instanceof PkiError);
  const [{ pointer, detail } = assert.fail()] = error.violations;
  return `${pointer}: ${detail}`;
}

function wholeFaultOf(text: string): string {
  try {
    parseBatch(Buffer.from(text));
  } catch (error) {
    return faultOf(error);
  }
  return assert.fail(text);
}

const wide = `{${Array.from({ length: 65 }, (_, index) => `"m${index}":1`).join()}}`;
const deep = '['.repeat(33) + ']'.repeat(33);

describe('the body of a batch', () => {
  it('has the fault of an item in its place, by a pointer into the item', () => {
    const text = `{"items": [ {"a":"],[","b":[1,2]} ,{"a":1,"b":{"c":1,"c":2}}, ${wide}, ${deep},"x"]}`;
    assert.deepEqual(readingOf(text), [
      { a: '],[', b: [1, 2] },
      '/b/c: is there twice',
      ': has more than 64 members',
      ': is nested deeper than 32 levels',
      'x',
    ]);
    assert.deepEqual(readingOf('{"items":[{"length":{}}]}'), ['/length: is not known']);
  });

  it('is refused as a whole for what is amiss around its items', () => {
    const bad = '{"a":1,"a":1}';
    const faults: Readonly<Record<string, string>> = {
      [`{"items":[${bad}],"items":[1]}`]: '/items: is there twice',
      [`{"items":[${bad}],"more":${bad}}`]: '/more/a: is there twice',
      [`{"items":${bad}}`]: '/items/a: is there twice',
      [`{"items":[],"more":${bad}}`]: '/more/a: is there twice',
      [`{"items":[${'1,'.repeat(1_000)}${bad}]}`]: '/items/1000/a: is there twice',
      [`{"items":[${deep},]}`]: ': is not valid JSON',
      [`{"items":[${deep},{"a"}]}`]: ': is not valid JSON',
      [`{"items":[${deep}`]: ': is nested deeper than 32 levels',
      [`{"items":[${bad}`]: ': is not valid JSON',
      [bad]: '/a: is there twice',
    };
    for (const [text, fault] of Object.entries(faults)) {
      assert.equal(
        wholeFaultOf(text).replace(/ JSON(:|, at) .*$/, ' JSON'),
        fault,
        text.slice(0, 60),
      );
    }
  });

  it('is what JSON.parse makes of it where one item is at fault, whatever the others are', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), fc.nat(4), (values, space) => {
        fc.pre(!JSON.stringify(values).includes('length'));
        const items = values.map((value) => JSON.stringify(value, null, space));
        const text = `{"items":[${[...items, '{"a":1,"a":2}'].join(' ,\n')}]}`;
        assert.deepEqual(readingOf(text), [
          ...(JSON.parse(JSON.stringify(values)) as unknown[]),
          '/a: is there twice',
        ]);
      }),
    );
  });
});
