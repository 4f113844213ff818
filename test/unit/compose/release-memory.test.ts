import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import { memoryRelease } from '../../../compose/release-memory.ts';

const MEGABYTE = 1024 * 1024;
const gc = globalThis.gc;
afterEach(() => {
  globalThis.gc = gc;
});

it('memory is released once it has become worth it, and not before', () => {
  let collected = 0;
  globalThis.gc = (() => {
    collected += 1;
  }) as NonNullable<typeof gc>;
  const release = memoryRelease();
  const first = Buffer.alloc(64 * MEGABYTE, 1);
  release();
  assert.equal(collected, 1);
  release();
  assert.equal(collected, 1);
  const second = Buffer.alloc(64 * MEGABYTE, 1);
  release();
  assert.equal(collected, 2);
  assert.equal(first.length, second.length);
});

it('nothing happens where Node was started without the means', () => {
  globalThis.gc = undefined;
  const grown = Buffer.alloc(64 * MEGABYTE, 1);
  memoryRelease()();
  assert.equal(grown.at(-1), 1);
});
