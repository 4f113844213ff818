import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;
type IssueOf<Code extends Issue['code']> = Extract<Issue, { readonly code: Code }>;
type Bounded = IssueOf<'too_big'> | IssueOf<'too_small'>;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is counted, where a bound is of a number of things. */
const COUNTED: Readonly<Record<string, string>> = { string: 'character', array: 'entry' };

/** What a schema's issue says to whoever wrote the value, unless the schema has words of its own for it. */
export function plainWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `must ${bound(issue, issue.minimum, { inclusive: 'at least', other: 'more than' })}`;
    case 'too_big':
      return `must ${bound(issue, issue.maximum, { inclusive: 'at most', other: 'less than' })}`;
    case 'invalid_value':
      return `must be ${choiceOf(issue.values)}`;
    case 'invalid_union':
      return alternatives(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known';
    case 'invalid_key':
      return 'has a member whose name is not allowed';
    case 'invalid_element':
      return 'has an entry that is not allowed';
    case 'invalid_format':
    case 'custom':
      return 'is not of the documented form';
  }
}

function bound(
  { code, origin, inclusive, exact }: Bounded,
  limit: number | bigint,
  words: { readonly inclusive: string; readonly other: string },
): string {
  const counted = COUNTED[origin];
  if (counted !== undefined && code === 'too_small' && limit === 1) return 'not be empty';
  const comparison = inclusive ? words.inclusive : words.other;
  const amount = `${exact ? 'exactly' : comparison} ${limit}`;
  return counted === undefined ? `be ${amount}` : `have ${amount} ${plural(counted, limit)}`;
}

function plural(word: string, count: number | bigint): string {
  if (Number(count) === 1) return word;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function choiceOf(values: readonly unknown[]): string {
  const written = values.map((value) => JSON.stringify(value));
  return written.length === 1 ? written.join() : `one of ${written.join(', ')}`;
}

/** With a discriminator its values; without one what each of the forms asks for. */
function alternatives(issue: IssueOf<'invalid_union'>): string {
  if (Array.isArray(issue.options)) return `must be ${choiceOf(issue.options)}`;
  const forms = issue.errors.map((faults) => faults.map(({ message }) => message).join(' and '));
  return [...new Set(forms)].join(', or ') || 'fits more than one form';
}
