import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clientWords } from '../../../api/sds/client-words.ts';
import { ecKeys } from '../../support/chains.ts';

const wordsOf = (message: string) => clientWords({ code: 13, message });

describe('the words of a client that does not take a secret', () => {
  it('are kept as they are where they are short and plain', () => {
    const words = 'Failed to load private key from <inline>, Cause: KEY_VALUES_MISMATCH';
    assert.equal(wordsOf(words), words);
  });

  it('tell the code where there are none', () => {
    assert.match(wordsOf('  '), /13/);
  });

  it('hold nothing of a key, whole, cut off or without its frame', () => {
    const pem = String(ecKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const [, base64 = ''] = pem.split('\n');
    for (const text of [pem, pem.slice(0, 90), base64, JSON.stringify(pem), `${pem}${pem}`]) {
      const words = wordsOf(`bad secret: ${text} at line 1`);
      assert.match(words, /^bad secret: "?\[left out\]/);
      assert.ok(!words.includes(base64.slice(0, 40)), words);
    }
  });

  it('are one line of at most 1,025 characters, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20_000 }), (message) => {
        const words = wordsOf(message);
        assert.ok(words.length <= 1_025 && words.length > 0);
        assert.doesNotMatch(words, /[\p{Cc}\p{Cs}]/u);
      }),
    );
  });
});
