import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { idempotencyKeyIn } from '../../api/idempotency-key.ts';

/** A request with these headers, as Node would have read them. */
function withKeys(...values: readonly string[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (values.length > 0) {
    request.headers['idempotency-key'] = values.join(', ');
    request.headersDistinct['idempotency-key'] = [...values];
  }
  return request;
}

const keyIn = (...values: readonly string[]) => idempotencyKeyIn(withKeys(...values));
const refusal = { code: 'request-malformed', message: /Idempotency-Key/ };
const visible = (codes: readonly number[]) => String.fromCharCode(...codes);
const keys = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 1, maxLength: 255 })
  .map(visible);

describe('the header Idempotency-Key', () => {
  it('means the same key, bare or in quotes', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const quoted = `"${key.replaceAll(/["\\]/g, '\\$&')}"`;
        assert.equal(keyIn(quoted), key);
        if (!key.startsWith('"')) assert.equal(keyIn(key), key);
      }),
    );
  });

  it('may be absent', () => {
    assert.equal(keyIn(), undefined);
  });

  it('is refused where it is empty, too long, or has other characters', () => {
    const wrong = ['', '""', 'a b', '"a b"', 'a\tb', 'schlüssel', 'a\u0000', 'x'.repeat(256)];
    for (const value of [...wrong, `"${'x'.repeat(256)}"`])
      assert.throws(() => keyIn(value), refusal);
  });

  it('is refused where its quotes do not close, or something stands behind them', () => {
    for (const value of ['"', '"a', '"a\\"', '"a"b', '"a";x=1', '"a", "b"', '"a\\b"']) {
      assert.throws(() => keyIn(value), refusal, value);
    }
  });

  it('is refused where it is there twice, with whatever values', () => {
    assert.throws(() => keyIn('a', 'a'), refusal);
    assert.throws(() => keyIn('a', 'b'), refusal);
    assert.throws(() => keyIn('', ''), refusal);
  });
});
