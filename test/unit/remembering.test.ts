import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { remembering } from '../../src/remembering.ts';

describe('what is remembered', () => {
  it('is made once for all that are the same, also where there is nothing to it', () => {
    const made: string[] = [];
    const lengthOf = remembering(
      2,
      (text: string) => text.toLowerCase(),
      (text) => {
        made.push(text);
        return text === '' ? undefined : text.length;
      },
    );
    assert.deepEqual(['ab', 'AB', '', ''].map(lengthOf), [2, 2, undefined, undefined]);
    assert.deepEqual(made, ['ab', '']);
  });

  it('is forgotten when as many others were asked for since, the oldest first', () => {
    const made: string[] = [];
    const ask = remembering(2, String, (text: string) => made.push(text));
    for (const text of ['a', 'b', 'a', 'c', 'b', 'a']) ask(text);
    assert.deepEqual(made, ['a', 'b', 'c', 'a']);
  });

  it('is not what could not be made', () => {
    let isBroken = true;
    const ask = remembering(2, String, (text: string) => {
      if (isBroken) throw new Error('broken');
      return text;
    });
    assert.throws(() => ask('a'), /broken/);
    isBroken = false;
    assert.equal(ask('a'), 'a');
  });
});
