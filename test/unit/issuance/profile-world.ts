import { ProfileBody } from '../../../api/schemas/profile.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

/** A world with one more profile, as an operator writes it; `shop` unless it says otherwise. */
export function worldWith(
  body: Readonly<Record<string, unknown>>,
  changes = {},
): Promise<IssuanceWorld> {
  const profile = ProfileBody.parse({
    name: 'shop',
    ...('name' in body ? {} : { extKeyUsage: ['serverAuth'] }),
    ...body,
  });
  return IssuanceWorld.withAuthorities(changes, [profile]);
}

/** What each request comes to under that profile. */
export async function outcomesUnder(
  body: Readonly<Record<string, unknown>>,
  ...requests: readonly Partial<LeafRequest>[]
): Promise<readonly string[]> {
  const world = await worldWith(body);
  const outcomes = requests.map((request) =>
    refusalOf(world.issue({ profile: 'shop', ...request })),
  );
  return (await Promise.all(outcomes)).map((outcome) => outcome.join(' '));
}

export const hosts = (...dnsNames: readonly string[]) => ({ dnsNames });
