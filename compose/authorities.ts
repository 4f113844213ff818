import type { Actor } from '../src/audit/entry.ts';
import { isCertified } from '../src/authority/authority.ts';
import { type Certification, certifyAuthority } from '../src/authority/certify-authority.ts';
import { type ImportRequest, importAuthority } from '../src/authority/import-authority.ts';
import type { KeyWrapping } from '../src/authority/private-key.ts';
import type { Unlock } from '../src/bundle/unlocking-turns.ts';
import { shortLives } from '../src/rotation/short-lives.ts';
import type { Parts } from './surroundings.ts';

/** Joins what takes authorities in, and shows them. */
export function composeAuthorities(
  deps: { readonly now: () => Date; readonly wrapping: KeyWrapping },
  { stores, issuers, unlockingTurns }: Pick<Parts, 'stores' | 'issuers' | 'unlockingTurns'>,
) {
  const { find: findAuthority, list: listAuthorities } = stores.authorities;
  const intake = {
    ...deps,
    listAuthorities,
    findCertificates: stores.certificates.find,
    pathOf: (name: string) => issuers.pathOf(name),
    recordIntake: stores.authorityRecords.recordIntake,
  };
  return {
    findAuthority,
    listAuthorities,
    certifyAuthority: (name: string, certification: Certification, actor: Actor) =>
      certifyAuthority(intake, { name, certification }, actor),
    importAuthority: (request: ImportRequest, actor: Actor, gone: AbortSignal) => {
      const unlock: Unlock = (work) => unlockingTurns.run(work, gone);
      return importAuthority({ ...intake, unlock }, request, actor);
    },
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
