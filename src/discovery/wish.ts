import type { Gateway } from './gateway.ts';

/** What an object asks for by its annotations or labels. */
export interface Wish {
  readonly authority: string;
  readonly profile: string;
  readonly clientAuthorities: readonly string[];
  /** Whether a Secret that somebody made by hand may be taken over. */
  readonly adopt: boolean;
  /** Whether the Secret goes with the object. */
  readonly removesSecret: boolean;
}

/** `certwright.dev/…`; of them `profile`, `adopt` and the like alone ask for nothing. */
const MARKS = ['authority', 'profile', 'client-authorities', 'adopt', 'remove-secret'] as const;
const DEFAULT_PROFILE = 'server';

/** `undefined` where an object asks for nothing; `fault`, in words, where it is not clear for what. */
export function wishOf({ marks }: Gateway): Wish | { readonly fault: string } | undefined {
  const known = MARKS.filter((mark) => mark in marks);
  if (known.length === 0) return undefined;
  const { authority = '', profile = DEFAULT_PROFILE } = marks;
  const missing = 'certwright.dev/authority is missing, without which nothing is asked for';
  if (authority === '') return { fault: missing };
  const flag = (mark: 'adopt' | 'remove-secret') => marks[mark] ?? 'false';
  const unclear = (['adopt', 'remove-secret'] as const).find(
    (mark) => !['true', 'false'].includes(flag(mark)),
  );
  if (unclear) return { fault: `certwright.dev/${unclear} is neither "true" nor "false"` };
  const clientAuthorities = (marks['client-authorities'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    authority,
    profile,
    clientAuthorities,
    adopt: flag('adopt') === 'true',
    removesSecret: flag('remove-secret') === 'true',
  };
}
