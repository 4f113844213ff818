import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { harmlessSamples } from './hostile-bodies.ts';
import { hostileText } from './hostile-texts.ts';
import {
  type Header,
  type HttpRequest,
  octetsOf,
  PLAIN,
  pathForStored,
  TOKEN,
} from './http-request.ts';

/** Headers that somebody on the way, or the parser, might take for something. */
const ODD_HEADERS: readonly Header[] = [
  ['Content-Type', 'application/json; charset=utf-16le'],
  ['Content-Type', 'application/json; charset=utf-7'],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Content-Type', 'application/json; charset="UTF-8"; charset=latin1'],
  ['Content-Type', 'text/plain'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['Content-Type', 'multipart/form-data; boundary='],
  ['Content-Type', 'application/json, text/plain'],
  ['Content-Type', ''],
  ['Content-Type', ';;;'],
  ['Content-Encoding', 'gzip'],
  ['Content-Encoding', 'deflate'],
  ['Content-Encoding', 'br'],
  ['Content-Encoding', 'identity'],
  ['Content-Encoding', 'gzip, gzip'],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Transfer-Encoding', 'identity'],
  ['Transfer-Encoding', 'chunked, chunked'],
  ['Expect', '100-continue'],
  ['Expect', 'everything'],
  ['Upgrade', 'h2c'],
  ['Connection', 'Upgrade, HTTP2-Settings'],
  ['Connection', 'close, Authorization'],
  ['Authorization', 'Bearer'],
  ['Authorization', `Basic ${TOKEN}`],
  ['Authorization', `Bearer ${TOKEN} ${TOKEN}`],
  ['Authorization', `Bearer ${'a'.repeat(9_000)}`],
  ['Accept', '*/*;q=0'],
  ['Accept', 'application/x-pkcs12'],
  ['Accept', `${'a/b,'.repeat(2_000)}`],
  ['Range', 'bytes=0-,-1'],
  ['If-None-Match', '*'],
  ['If-Match', '"a"'],
  ['Host', 'evil.test'],
  ['Host', ''],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-Host', 'evil.test'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Request-Id', '../../etc'],
  ['Idempotency-Key', 'a'.repeat(9_000)],
  ['Cookie', '__proto__=1; a'],
  ['Content-Length', '5'],
  ['Content-Length', '-1'],
  ['Content-Length', '99999999999999999999'],
  ['Trailer', 'Content-Length'],
  ['__proto__', '1'],
  ['constructor', '1'],
];

const header: fc.Arbitrary<Header> = fc.oneof(
  { arbitrary: fc.constantFrom(...ODD_HEADERS), weight: 6 },
  {
    arbitrary: fc.tuple(
      fc.constantFrom(
        'Content-Type',
        'Authorization',
        'Accept',
        'Content-Encoding',
        'Host',
        'X-Any',
      ),
      hostileText.map((text) => text.slice(0, 9_000)),
    ),
    weight: 2,
  },
);

const ENCODINGS: readonly ((body: Buffer) => Buffer)[] = [
  (body) => body,
  (body) => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), body]),
  (body) => Buffer.from(body.toString('utf8'), 'utf16le'),
  (body) => Buffer.from(body.toString('utf8'), 'utf16le').swap16(),
  (body) => Buffer.from(body.toString('utf8').replaceAll('"', '+ACI-')),
  (body) => Buffer.concat([body, Buffer.of(0xff, 0xfe, 0x00)]),
  (body) => gzipSync(body),
  (body) => deflateSync(body),
  () => gzipSync(Buffer.alloc(4_000_000, ' ')),
  (body) => body.subarray(0, body.length / 2),
  (body) => Buffer.concat([body, body]),
  () => Buffer.alloc(0),
];

/** A request with headers that differ, added or in the place of others, and a body in whatever octets. */
const requestWithHostileHeaders: fc.Arbitrary<HttpRequest> = fc
  .record({
    sample: fc.constantFrom(...harmlessSamples),
    added: fc.array(header, { maxLength: 3 }),
    isReplacing: fc.boolean(),
    encode: fc.constantFrom(...ENCODINGS),
  })
  .map(({ sample, added, isReplacing, encode }) => {
    const { operation, path, body } = sample;
    const names = added.map(([name]) => name);
    const kept = isReplacing ? PLAIN.filter(([name]) => !names.includes(name)) : PLAIN;
    return {
      method: operation.method.toUpperCase(),
      target: pathForStored(path),
      headers: [...kept, ...added, ['Connection', 'close']],
      ...(body === undefined ? {} : { body: encode(Buffer.from(JSON.stringify(body))) }),
    };
  });

/** A few octets put in, taken out or replaced. */
const octetChange: fc.Arbitrary<(octets: Buffer) => Buffer> = fc
  .record({ at: fc.nat(), removed: fc.nat({ max: 4 }), added: fc.uint8Array({ maxLength: 4 }) })
  .map(({ at, removed, added }) => (octets) => {
    const from = at % (octets.length + 1);
    return Buffer.concat([octets.subarray(0, from), added, octets.subarray(from + removed)]);
  });

/** What comes over the wire where somebody means no good: odd headers, chunks of any size, octets that are no HTTP. */
export const hostileOctets: fc.Arbitrary<Buffer> = fc
  .record({
    request: requestWithHostileHeaders,
    chunkSizes: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 4 }),
    changes: fc.array(octetChange, { maxLength: 2 }),
  })
  .map(({ request, chunkSizes, changes }) =>
    changes.reduce<Buffer>((octets, change) => change(octets), octetsOf(request, chunkSizes)),
  );
