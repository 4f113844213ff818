import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { DerError } from '../../../src/x509/der-error.ts';
import { readDer } from '../../../src/x509/der-reader.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';
import { readScrypt } from '../../../src/x509/scrypt.ts';

/** What comes of deriving a key by these parameters: its octets, or why there is none. */
async function outcomeOf(...parameters: readonly number[]): Promise<string> {
  const numbers = parameters.map((number) => {
    const digits = number.toString(16);
    return der.integer(
      Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'),
    );
  });
  const written = der.sequence(der.octetString(Buffer.alloc(8)), ...numbers);
  try {
    const { derive } = readDer(written, (reader) => readScrypt(reader.sequence()));
    return `${(await derive('x', 32)).length} octets`;
  } catch (error) {
    return error instanceof LockedFileError || error instanceof DerError
      ? 'refused'
      : String(error);
  }
}

describe('scrypt of an encrypted key', () => {
  it('derives by what tools write', async () => {
    assert.equal(await outcomeOf(16_384, 8, 1), '32 octets');
  });

  it('refuses what is beyond its standard, and whatever OpenSSL would not have the memory for', async () => {
    for (const [N, r, p] of [
      [65_536, 1, 1],
      [131_072, 1, 1],
      [2, 150_000, 1],
      [2, 1, 524_286],
      [3, 8, 1],
      [0, 8, 1],
      [16_384, 0, 1],
      [16_384, 8, 0],
      [2 ** 40, 8, 1],
    ] as const) {
      const outcome = await outcomeOf(N, r, p);
      assert.ok(outcome === 'refused' || outcome === '32 octets', `${N} ${r} ${p}: ${outcome}`);
    }
    assert.equal(await outcomeOf(65_536, 1, 1), 'refused');
  });
});
