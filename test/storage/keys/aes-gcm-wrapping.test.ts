import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AesGcmWrapping } from '../../../storage/keys/aes-gcm-wrapping.ts';

const keyEncryptionKey = randomBytes(32);
const wrapping = new AesGcmWrapping(keyEncryptionKey, randomBytes);
const context = ['authority', 'root', 'ab'];

describe('a sealed key', () => {
  it('opens to what was sealed, in its context', () => {
    const anything = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(anything, fc.array(fc.string()), (key, words) => {
        const opened = wrapping.unwrap(wrapping.wrap(key, words), words);
        assert.deepEqual(Buffer.from(opened), Buffer.from(key));
      }),
    );
  });

  it('shows nothing of the key, and is another one each time', () => {
    const key = randomBytes(138);
    const sealed = Array.from({ length: 200 }, () => Buffer.from(wrapping.wrap(key, context)));
    const nonces = new Set(sealed.map((octets) => octets.subarray(1, 13).toString('hex')));
    assert.equal(nonces.size, sealed.length);
    for (const octets of sealed) assert.ok(!octets.includes(key.subarray(0, 8)));
  });

  it('does not open in another context', () => {
    const sealed = wrapping.wrap(Buffer.from('key'), context);
    for (const other of [
      ['authority', 'other', 'ab'],
      ['authority', 'root', 'ac'],
      ['subscriber', 'root', 'ab'],
      ['authority', 'roota', 'b'],
      ['authority', 'root'],
      [],
    ]) {
      assert.throws(() => wrapping.unwrap(sealed, other), other.join());
    }
  });

  it('does not open under another key-encryption key', () => {
    const sealed = new AesGcmWrapping(randomBytes(32), randomBytes).wrap(Buffer.of(1), context);
    const message = 'it was sealed under another key-encryption key, or changed';
    assert.throws(() => wrapping.unwrap(sealed, context), { message });
  });

  it('does not open once any octet of it has changed, or is missing', () => {
    const sealed = Buffer.from(wrapping.wrap(Buffer.from('a private key'), context));
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      assert.throws(() => wrapping.unwrap(changed, context), `octet ${at}`);
      assert.throws(() => wrapping.unwrap(sealed.subarray(0, at), context), `${at} octets`);
    }
    assert.throws(() => wrapping.unwrap(Buffer.concat([sealed, Buffer.of(0)]), context));
  });
});
