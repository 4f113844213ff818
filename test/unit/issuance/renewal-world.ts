import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../../../src/certificate.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import type { Profile } from '../../../src/issuance/profile.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { type Rekeying, rekeyCertificate } from '../../../src/issuance/rekey-certificate.ts';
import { renewCertificate } from '../../../src/issuance/renew-certificate.ts';
import type { Renewal } from '../../../src/issuance/renewal-order.ts';
import { IssuanceWorld } from '../../support/issuance.ts';

const actor = { name: 'admin', requestId: 'test' };

/** A profile like the built-in one, but for `changes`. */
export function changed(name: string, changes: Partial<Profile>): Profile {
  return { ...new Profiles().profileOf(name), ...changes };
}

/** A world whose profiles can be others tomorrow, and whose private keys can be looked up. */
export class RenewalWorld {
  readonly issuance: IssuanceWorld;
  readonly keys = new Map<string, KeyObject>();
  profiles: Profiles;

  constructor(issuance: IssuanceWorld, profiles: readonly Profile[]) {
    this.issuance = issuance;
    this.profiles = new Profiles(profiles);
  }

  static async withProfiles(...profiles: readonly Profile[]): Promise<RenewalWorld> {
    return new RenewalWorld(await IssuanceWorld.withAuthorities({}, profiles), profiles);
  }

  async issue(request: Partial<LeafRequest>): Promise<Certificate> {
    return (await this.issuance.issue(request)).certificate;
  }

  renew(certificate: Certificate, more: Partial<Renewal> = {}) {
    return renewCertificate(this.#deps, { certificate, actor, ...more });
  }

  rekey(certificate: Certificate, more: Partial<Rekeying> = {}) {
    return rekeyCertificate(this.#deps, { certificate, actor, ...more });
  }

  get #deps() {
    const { profileOf, leafProfileOf } = this.profiles;
    const findPrivateKey = ({ serialNumber }: Certificate) =>
      Promise.resolve(this.keys.get(serialNumber));
    return { ...this.issuance.deps, profileOf, leafProfileOf, findPrivateKey };
  }
}
