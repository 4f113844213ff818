import fc from 'fast-check';
import { textsOf } from './corpus.ts';

/** What ends, hides or changes a text for some reader of it. */
const ODD_CHARACTERS = textsOf('odd-characters');
const TEXTS = [...textsOf('names'), ...textsOf('terms'), ...textsOf('words'), ...ODD_CHARACTERS];

/** Longer than whatever is bounded, some of it such that a careless pattern would take for ever. */
const LONG = [
  ...[64, 254, 2_049, 4_097, 65_537].map((count) => 'a'.repeat(count)),
  ...['a.', 'a-', '1', ' ', ':', '0', '%41', '\u0430', '\u00df.'].map((text) =>
    text.repeat(20_000),
  ),
  '*.'.repeat(200),
  `a@${'a.'.repeat(5_000)}`,
  `${'a.'.repeat(5_000)}@a`,
  `a://${'a.'.repeat(5_000)}!`,
  `a:${'%41'.repeat(5_000)}%`,
  '-----BEGIN '.repeat(2_000),
  `-----BEGIN A-----${'A'.repeat(20_000)}`,
];

/** Of all Unicode, surrogates among them; fast-check's own strings take a second to set up. */
const anyCharacters = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x2ff }), fc.integer({ min: 0, max: 0x10ffff })), {
    maxLength: 20,
  })
  .map((points) => String.fromCodePoint(...points));

/** Texts of every kind that a member of a request has, right, wrong and hostile. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...TEXTS), weight: 14 },
  { arbitrary: fc.constantFrom(...LONG), weight: 1 },
  { arbitrary: anyCharacters, weight: 3 },
);

/** Puts something odd into a text, or takes something out of it. */
export const textChange: fc.Arbitrary<(text: string) => string> = fc
  .record({
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    insert: fc.constantFrom('', ...ODD_CHARACTERS),
  })
  .map(({ at, remove, insert }) => (text) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + insert + text.slice(from + remove);
  });
