import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { allCases, kinds, type MadeCase, violations } from './violations/cases.ts';
import { contentExplanations } from './violations/content-explanations.ts';
import { disagreementsPage } from './violations/disagreements-page.ts';
import { announced, disagreement, JUDGES } from './violations/explanation.ts';
import { judges } from './violations/judges/judges.ts';
import { pathExplanations } from './violations/path-explanations.ts';

const MIN_VIOLATIONS = 500;
/** Handshakes and certtool's judgements take place today; certificates have no fractions of a second. */
const NOW = new Date(Math.floor(Date.now() / 1_000) * 1_000);

describe('paths that are wrong on purpose, and good ones beside them', { concurrency: 2 }, () => {
  const expected = announced([...pathExplanations, ...contentExplanations]);
  let cases: readonly MadeCase[] = [];

  before(() => {
    cases = allCases(NOW);
  });

  it(`are ${MIN_VIOLATIONS} at least, of every kind that there is a name for`, () => {
    const wrong = cases.filter(({ kind }) => kind in violations);
    assert.ok(wrong.length >= MIN_VIOLATIONS, String(wrong.length));
    assert.deepEqual(new Set(cases.map(({ kind }) => kind)), new Set(Object.keys(kinds)));
  });

  for (const { name, judge } of judges) {
    it(`are refused and accepted by ${name}, apart from what is explained`, async () => {
      const said = await judge(
        cases.map((one) => one.path),
        NOW,
      );
      assert.equal(said.length, cases.length);
      const found = cases.flatMap(({ kind, suite }, index) => {
        const isRefused = said[index] !== '';
        return isRefused === kind in violations ? [] : [disagreement(kind, suite, name)];
      });
      const explained = expected.filter((one) => one.endsWith(`: ${name}`));
      assert.deepEqual(found.toSorted(), explained.toSorted());
    });
  }

  it('are explained by judges and kinds that there are, each once', () => {
    assert.deepEqual(
      judges.map(({ name }) => name),
      JUDGES,
    );
    const known = cases.flatMap(({ kind, suite }) =>
      judges.map(({ name }) => disagreement(kind, suite, name)),
    );
    assert.deepEqual(new Set(expected).difference(new Set(known)), new Set());
    assert.equal(new Set(expected).size, expected.length);
  });

  it('are on a page in docs/, with every disagreement and its reason', () => {
    const page = new URL('../../docs/verifier-disagreements.md', import.meta.url);
    assert.equal(readFileSync(page, 'utf8'), disagreementsPage());
  });
});
