import { CONSUMERS, type RuleFacts } from '../../src/preflight/rule.ts';
import {
  certificateRules,
  deliveryRules,
  fileRules,
  pathRules,
  placeRules,
  requestRules,
  targetRules,
} from '../../src/preflight/rules.ts';

const lists: readonly (readonly RuleFacts[])[] = [
  fileRules,
  requestRules,
  certificateRules,
  pathRules,
  targetRules,
  placeRules,
  deliveryRules,
];

/** Every rule once, by its id. */
export const allRules: ReadonlyMap<string, RuleFacts> = new Map(
  lists.flat().map((rule) => [rule.id, rule]),
);

const HEAD = [
  '# The rules of preflight',
  '',
  'Written by `node_modules/.bin/node test/support/preflight-rules-page.ts > docs/preflight-rules.md` from the list in `src/preflight/rules.ts`;',
  'a test holds the two together. *Of* says whose certificates a rule speaks of: a server’s has `serverAuth` or no extKeyUsage, a client’s `clientAuth`',
  'without it. An error refuses, a warning does not. `rfc5280` is the standard, with what is asked of every key beside it.',
  '',
];

/** `docs/preflight-rules.md`. */
export function preflightRulesPage(): string {
  const rules = [...allRules.values()];
  const asked = rules.map(({ id, severity, consumers, roles, requirement, source }) =>
    row(
      `\`${id}\``,
      severity,
      wordsFor(consumers),
      roles?.join(', ') ?? 'all',
      requirement,
      source,
    ),
  );
  const prevented = rules.flatMap(({ id, prevents = {} }) => {
    const consumers = CONSUMERS.filter((consumer) => prevents[consumer] !== undefined);
    return consumers.map((consumer) => row(`\`${id}\``, consumer, prevents[consumer] ?? ''));
  });
  return [
    ...HEAD,
    row('rule', 'is', 'speaks for', 'of', 'asks', 'source'),
    row(...Array.from({ length: 6 }, () => '---')),
    ...asked,
    '',
    '## What they spare you',
    '',
    row('rule', 'consumer', 'its words'),
    row('---', '---', '---'),
    ...prevented,
    '',
  ].join('\n');
}

function wordsFor(consumers: RuleFacts['consumers']): string {
  return consumers.length === CONSUMERS.length ? 'all' : consumers.join(', ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

if (import.meta.main) process.stdout.write(preflightRulesPage());
