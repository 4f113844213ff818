import fc from 'fast-check';
import { encodeCursor } from '../../api/cursor.ts';
import type { DocumentedOperation } from '../support/documented-operations.ts';
import { textsOf } from './corpus.ts';
import { hostileText, textChange } from './hostile-texts.ts';

/** What stands in a path where nobody expects it. */
const PATH_PIECES = textsOf('path-pieces');

/** Cursors of lists that there are, and texts of the same alphabet. */
const CURSORS = [
  encodeCursor('audit', 5),
  encodeCursor('audit', -1),
  encodeCursor('audit', 1e300),
  encodeCursor('audit', { __proto__: 1 }),
  encodeCursor(['certificates', {}], {
    issuedAt: '2030-06-15T12:00:00.000Z',
    serialNumber: '4f',
    authority: 'root',
  }),
  ...['', 'e30', 'bnVsbA', 'WzEsMl0', '_-_-', '====', 'AAAA'.repeat(2_000)],
];

/** A request target of an operation: its path with something else in the place of a parameter, a piece put in, a query. */
export function targetNear(
  { parameters }: DocumentedOperation,
  path: string,
): fc.Arbitrary<string> {
  const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  return fc
    .record({ path: pathNear(path), query: queryOf(names), piece: pieceIn })
    .map(({ path: near, query, piece }) => piece(`${near}${query}`))
    .filter((target) => target.length < MAX_TARGET);
}

function pathNear(path: string): fc.Arbitrary<string> {
  const segments = path.split('/');
  const segment = fc.record({
    at: fc.nat({ max: segments.length - 1 }),
    text: fc.oneof(hostileText, fc.constantFrom(...CURSORS)),
  });
  const other = segment.map(({ at, text }) =>
    segments.with(Math.max(1, at), encoded(text)).join('/'),
  );
  return fc.oneof({ arbitrary: fc.constant(path), weight: 2 }, { arbitrary: other, weight: 1 });
}

const pieceIn: fc.Arbitrary<(target: string) => string> = fc.oneof(
  { arbitrary: fc.constant((target: string) => target), weight: 4 },
  {
    arbitrary: fc
      .record({ at: fc.nat(), piece: fc.constantFrom(...PATH_PIECES) })
      .map(({ at, piece }) => (target: string) => {
        const from = at % (target.length + 1);
        return target.slice(0, from) + piece + target.slice(from);
      }),
    weight: 1,
  },
);

function queryOf(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    fc.constantFrom('a', '__proto__', 'limit[]', 'cursor', 'format', ...names),
    hostileText,
  );
  const value = fc.oneof(
    hostileText,
    fc.constantFrom(...CURSORS, '1', '1000', 'json', 'pem', 'valid'),
    cursorNear(),
  );
  const pair = fc.record({ name, value, isBare: fc.boolean() }).map((one) => {
    const { name: left, value: right } = one;
    return one.isBare ? encoded(left) : `${encoded(left)}=${encoded(right)}`;
  });
  return fc
    .array(pair, { maxLength: 3 })
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
}

function cursorNear(): fc.Arbitrary<string> {
  return fc
    .record({ cursor: fc.constantFrom(...CURSORS), change: textChange })
    .map(({ cursor, change }) => change(cursor));
}

/** Short enough for a request line; what is longer is tried with bare sockets. */
const MAX_TEXT = 1_000;
/** Longer heads are refused before anybody reads them (431). */
const MAX_TARGET = 12_000;

function encoded(text: string): string {
  return encodeURIComponent(text.slice(0, MAX_TEXT).toWellFormed());
}
