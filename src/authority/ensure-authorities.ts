import type { Actor } from '../audit/entry.ts';
import type { Authority } from './authority.ts';
import type { AuthorityRequest } from './create-authority.ts';

/** The authorities of a service that nobody has told which to have. */
const DEFAULT_AUTHORITIES: readonly AuthorityRequest[] = [
  {
    name: 'root',
    kind: 'root',
    subject: { commonName: 'Certwright Root' },
    keyAlgorithm: 'ecdsa-p384',
    validity: '20y',
  },
  {
    name: 'issuing',
    kind: 'intermediate',
    parent: 'root',
    subject: { commonName: 'Certwright Issuing' },
    keyAlgorithm: 'ecdsa-p256',
    validity: '5y',
    pathLenConstraint: 0,
  },
];

export interface EnsureAuthoritiesDeps {
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly create: (request: AuthorityRequest, actor: Actor) => Promise<Authority>;
}

/**
 * Creates the authorities of the settings file that do not exist yet, in its order, parents first.
 * One that exists is never touched, whatever the file says of it now.
 *
 * Without any in the file the default ones are created, unless there are others already; a first
 * start that was cut off between the two is completed by the next.
 */
export async function ensureAuthorities(
  deps: EnsureAuthoritiesDeps,
  declared: readonly AuthorityRequest[] | undefined,
): Promise<readonly Authority[]> {
  const existing = new Set((await deps.listAuthorities()).map(({ name }) => name));
  const defaults = DEFAULT_AUTHORITIES.map(({ name }) => name);
  const isOwnChoice = [...existing].some((name) => !defaults.includes(name));
  const wanted = declared ?? (isOwnChoice ? [] : DEFAULT_AUTHORITIES);
  const created: Authority[] = [];
  for (const request of wanted) {
    if (!existing.has(request.name)) created.push(await deps.create(request, { name: 'startup' }));
  }
  return created;
}
