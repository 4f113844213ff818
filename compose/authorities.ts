import type { Actor } from '../src/audit/entry.ts';
import { isCertified, type RecordedAuthority } from '../src/authority/authority.ts';
import { type Certification, certifyAuthority } from '../src/authority/certify-authority.ts';
import { type AuthorityDeps, createAuthority } from '../src/authority/create-authority.ts';
import { type ImportRequest, importAuthority } from '../src/authority/import-authority.ts';
import type { AuthorityDeclaration } from '../src/authority/missing-authorities.ts';
import { shortLives } from '../src/authority/remaining-life.ts';
import { requestCertificate } from '../src/authority/request-certificate.ts';
import type { Parts } from './surroundings.ts';

/** Joins what makes authorities and takes them in, by whatever way. */
export function composeAuthorities(
  deps: AuthorityDeps,
  { stores, issuers, metrics }: Pick<Parts, 'stores' | 'issuers' | 'metrics'>,
) {
  const { find: findAuthority, list: listAuthorities } = stores.authorities;
  const intake = {
    ...deps,
    listAuthorities,
    findCertificates: stores.certificates.find,
    pathOf: (name: string) => issuers.pathOf(name),
    recordPending: stores.authorityRecords.recordPending,
    recordIntake: stores.authorityRecords.recordIntake,
  };
  return {
    findAuthority,
    listAuthorities,
    createAuthority: async (
      request: AuthorityDeclaration,
      actor: Actor,
    ): Promise<RecordedAuthority> =>
      request.parent === null
        ? requestCertificate(intake, request, actor)
        : metrics.issuance(request.kind, () => createAuthority(deps, request, actor)),
    certifyAuthority: (name: string, certification: Certification, actor: Actor) =>
      certifyAuthority(intake, { name, certification }, actor),
    importAuthority: (request: ImportRequest, actor: Actor) =>
      importAuthority(intake, request, actor),
    pathOf: async (authority: string) => (await issuers.pathOf(authority)).map(({ der }) => der),
    authorityWarnings: async () => {
      const targets = (await stores.targets.list()).map(({ target }) => target);
      return shortLives(await listAuthorities(), targets, deps.now());
    },
  };
}

/** When each authority ends that has a certificate. */
export async function authorityExpiries({ stores }: Pick<Parts, 'stores'>) {
  const authorities = (await stores.authorities.list()).filter(isCertified);
  return authorities.map(({ name, certificate: { notAfter } }) => ({ name, notAfter }));
}
