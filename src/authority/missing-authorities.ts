import type { AuthorityRequest } from './create-authority.ts';
import type { OutsideAuthorityRequest } from './request-certificate.ts';

/** An authority that is to exist, signed here or by an authority outside. */
export type AuthorityDeclaration = AuthorityRequest | OutsideAuthorityRequest;

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

/**
 * The authorities of the settings file that do not exist yet, in its order, parents first. One that
 * exists is never touched, whatever the file says of it now.
 *
 * Without any in the file the default ones are missing, unless there are others already; a first start
 * that was cut off between the two is completed by the next.
 */
export function missingAuthorities(
  existing: readonly { readonly name: string }[],
  declared: readonly AuthorityDeclaration[] | undefined,
): readonly AuthorityDeclaration[] {
  const names = existing.map(({ name }) => name);
  const defaults = DEFAULT_AUTHORITIES.map(({ name }) => name);
  const isOwnChoice = names.some((name) => !defaults.includes(name));
  const wanted = declared ?? (isOwnChoice ? [] : DEFAULT_AUTHORITIES);
  return wanted.filter(({ name }) => !names.includes(name));
}
