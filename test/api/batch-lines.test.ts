import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LineBounds, linesOf, TOO_LONG } from '../../api/batch/lines.ts';

const BOUNDS: LineBounds = { maxOctets: 8, silenceMs: 60_000 };

async function read(pieces: readonly Buffer[], bounds = BOUNDS): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const lines of linesOf(Readable.from(pieces, { objectMode: false }), bounds)) {
    found.push(...lines.map((line) => (line === TOO_LONG ? line : line.toString('latin1'))));
  }
  return found;
}

describe('the lines of a stream', () => {
  it('are the same in whatever pieces they come', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '{', '\r'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.boolean(),
        fc.array(fc.nat(100), { maxLength: 8 }),
        async (lines, isEnded, cuts) => {
          const octets = Buffer.from(lines.join('\n') + (isEnded ? '\n' : ''), 'latin1');
          const places = [0, ...cuts.map((cut) => cut % (octets.length + 1)), octets.length];
          const sorted = places.toSorted((one, other) => one - other);
          const pieces = sorted.slice(1).map((end, index) => octets.subarray(sorted[index], end));
          const whole = octets.toString('latin1').split('\n');
          if (whole.at(-1) === '') whole.pop();
          const expected = whole.map((text) => (text.length > 8 ? TOO_LONG : text));
          assert.deepEqual(await read(pieces.filter(({ length }) => length > 0)), expected);
        },
      ),
    );
  });

  it('keep nothing of a line that is too long', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().rss;
    const endless = Readable.from(
      (function* () {
        for (let count = 0; count < 1_000; count += 1) yield piece;
        yield Buffer.from('\nok');
      })(),
      { objectMode: false },
    );
    const found: unknown[] = [];
    for await (const lines of linesOf(endless, BOUNDS)) found.push(...lines.map(String));
    assert.deepEqual(found, [String(TOO_LONG), 'ok']);
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  });

  it('end with an error where none is completed in time, however many octets come', async () => {
    const stream = new PassThrough();
    const drip = setInterval(() => stream.write('x'), 5);
    const reading = async () => {
      for await (const lines of linesOf(stream, { maxOctets: 1_000_000, silenceMs: 40 })) {
        assert.deepEqual(lines.map(String), ['first']);
      }
    };
    stream.write('first\n');
    await assert.rejects(reading(), /no line came for 40 ms/);
    clearInterval(drip);
    assert.ok(stream.destroyed);
  });

  it('wait as long as their reader takes', async () => {
    const stream = new PassThrough();
    stream.write('first\n');
    const found: string[] = [];
    for await (const lines of linesOf(stream, { maxOctets: 100, silenceMs: 20 })) {
      found.push(...lines.map(String));
      await new Promise((resolve) => setTimeout(resolve, 50));
      stream.end('last');
    }
    assert.deepEqual(found, ['first', 'last']);
  });
});
