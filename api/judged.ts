import type { z } from 'zod';
import type { Violation } from '../src/errors.ts';
import { pointerTo } from './malformed.ts';
import { plainWords } from './plain-words.ts';

/** What a schema makes of a value, or every fault of it, each with its JSON Pointer. */
export type Judged<T> =
  | { readonly data: T; readonly violations?: undefined }
  | { readonly data?: undefined; readonly violations: readonly Violation[] };

/** Enough to mend a body by; a hostile one could have a fault for every eighth of its octets. */
const MAX_FAULTS = 100;

/** How every value from outside is parsed; that a member is missing shows in what was found in its place alone. */
export const IN_PLAIN_WORDS = { error: plainWords, reportInput: true } as const;

/** Judges a value from outside by `schema`. */
export function judged<T>(schema: z.ZodType<T>, value: unknown): Judged<T> {
  const parsed = schema.safeParse(value, IN_PLAIN_WORDS);
  return parsed.success ? { data: parsed.data } : { violations: violationsIn(parsed.error) };
}

/** Unknown members one by one. */
function violationsIn(error: z.ZodError): readonly Violation[] {
  const faults = error.issues.flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [...issue.path, key])
        : [issue.path];
    const detail = isMissing(issue) ? 'is required' : issue.message;
    return paths.map((path) => ({ pointer: pointerTo(...path), detail }));
  });
  if (faults.length <= MAX_FAULTS) return faults;
  const more = { pointer: '', detail: `has ${faults.length - MAX_FAULTS} more faults` };
  return [...faults.slice(0, MAX_FAULTS), more];
}

/** A union says of the whole object that its discriminator is not there. */
function isMissing({ input, ...issue }: z.core.$ZodIssue): boolean {
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) {
    return input === undefined;
  }
  return (input as Readonly<Record<string, unknown>>)[issue.discriminator] === undefined;
}
