import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newPassword, passwordViolations } from '../../../src/bundle/password.ts';

describe('newPassword', () => {
  it('is twelve letters and digits, whatever the random source gives', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(255)), (octets) => {
        const password = newPassword((size) => Uint8Array.from(octets.take(size)));
        assert.match(password, /^[A-Za-z0-9]{12}$/);
      }),
    );
  });

  it('gives each character the same share of the octets', () => {
    const counts = new Map<string, number>();
    let next = 0;
    const everyOctetInTurn = () => Uint8Array.of(next++ % 256);
    // 62 passwords use up 744 characters: three rounds of 248 octets, four for each character.
    for (let made = 0; made < 62; made += 1) {
      for (const character of newPassword(everyOctetInTurn)) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    assert.equal(counts.size, 62);
    assert.deepEqual(new Set(counts.values()), new Set([12]));
  });

  it('differs from one time to the next', () => {
    const made = Array.from({ length: 100 }, () => newPassword(randomBytes));
    assert.equal(new Set(made).size, 100);
  });
});

describe('passwordViolations', () => {
  it('permits printable ASCII up to 128 characters, the empty password among it', () => {
    for (const password of ['', ' ', 'pass word!', '~'.repeat(128)]) {
      assert.deepEqual(passwordViolations(password), []);
    }
  });

  it('refuses what readers encode in different ways', () => {
    for (const password of ['pässword', '\u{1f511}', 'a\n', 'a\0', 'tab\t', 'x'.repeat(129)]) {
      assert.deepEqual(
        passwordViolations(password).map(({ pointer }) => pointer),
        ['/password'],
      );
    }
  });
});
