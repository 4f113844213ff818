import { kinds, violations } from './cases.ts';
import { contentExplanations } from './content-explanations.ts';
import { type Explanation, JUDGES } from './explanation.ts';
import { good } from './kinds/good.ts';
import type { Kinds } from './path-case.ts';
import { pathExplanations } from './path-explanations.ts';
import { SUITE_NAMES } from './suite.ts';

const INTRODUCTION = `# Where verifiers disagree

Written by \`node_modules/.bin/node test/agreement/violations/disagreements-page.ts > docs/verifier-disagreements.md\`;
\`test/agreement/violations.test.ts\` holds it, and every line of it, to what the verifiers say.

Each kind of path below is made with the keys of ${SUITE_NAMES.map((name) => `\`${name}\``).join(', ')}, and judged by
${JUDGES.join(', ')}. OpenSSL is asked to be strict (\`-x509_strict\`, security level 2), for a
purpose and a host as everybody is; Node shakes hands. Preflight is this service’s own judgement, for each consumer.
A verifier that accepts what is wrong, or refuses what is good, stands in the first table with the reason; the test fails on a
disagreement that is not there, and on one that is there and no longer occurs.
`;

/** What there is in docs/ for people: who disagrees about what, and why, then what was tried. */
export function disagreementsPage(): string {
  const explanations = [...pathExplanations, ...contentExplanations];
  return [
    INTRODUCTION,
    '## Disagreements\n',
    table(['kind', 'verifier', 'says', 'because', 'source'], explanations.map(rowOf)),
    '\n## Violations\n',
    table(['kind', 'is', 'against'], rowsOf(violations)),
    '\n## Good paths\n',
    table(['kind', 'is', 'by'], rowsOf(good)),
    '',
  ].join('\n');
}

function rowOf({ kinds: some, judges: names, why, source, suites }: Explanation) {
  const isViolation = some.some((kind) => kind in violations);
  const whose = suites ? `${names.join(', ')} (${suites.join(', ')})` : names.join(', ');
  return [summary(some), whose, isViolation ? 'accepts' : 'refuses', why, source];
}

/** A list of nearly all is read more easily by what is not in it. */
function summary(some: readonly string[]): string {
  const all = Object.keys(some.some((kind) => kind in violations) ? violations : good);
  const absent = all.filter((kind) => !some.includes(kind));
  return absent.length < some.length && some.length > all.length / 2
    ? `all but ${codes(absent)}`
    : codes(some);
}

function rowsOf(some: Kinds) {
  return Object.keys(some).map((kind) => [
    `\`${kind}\``,
    kinds[kind]?.what ?? '',
    kinds[kind]?.source ?? '',
  ]);
}

function codes(some: readonly string[]): string {
  return some.map((kind) => `\`${kind}\``).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (import.meta.main) process.stdout.write(disagreementsPage());
