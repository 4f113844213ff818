import type { Profile } from '../../src/issuance/profile.ts';
import { Profiles } from '../../src/issuance/profiles.ts';

/** Profiles that are others tomorrow, as after a start with another settings file. */
export class ChangingProfiles extends Profiles {
  #today: Profiles;

  constructor(declared: readonly Profile[]) {
    super(declared);
    this.#today = new Profiles(declared);
  }

  declare(...profiles: readonly Profile[]): void {
    this.#today = new Profiles(profiles);
  }

  override readonly list = () => this.#today.list();
  override readonly find = (name: string) => this.#today.find(name);
  override readonly profileOf = (name: string) => this.#today.profileOf(name);
  override readonly leafProfileOf = (name: string) => this.#today.leafProfileOf(name);
}
