import { refused } from '../errors.ts';
import { BUILT_IN_PROFILES } from './built-in-profiles.ts';
import type { Profile } from './profile.ts';

/** The profiles by which this service issues: the built-in ones, and those of the settings file. */
export class Profiles {
  readonly #profiles: ReadonlyMap<string, Profile>;

  constructor(declared: readonly Profile[] = []) {
    const all = [...BUILT_IN_PROFILES, ...declared];
    this.#profiles = new Map(all.map((profile) => [profile.name, profile]));
  }

  /** The built-in ones first, those of the file in its order. */
  readonly list = (): readonly Profile[] => [...this.#profiles.values()];

  readonly find = (name: string): Profile | undefined => this.#profiles.get(name);

  /** @throws {PkiError} `request-refused`, pointing to `/profile` */
  readonly profileOf = (name: string): Profile => {
    const profile = this.#profiles.get(name);
    if (profile) return profile;
    throw refused([{ pointer: '/profile', detail: `no profile "${name}"` }]);
  };

  /**
   * A profile for servers and clients, not for authorities.
   *
   * @throws {PkiError} `request-refused`, pointing to `/profile`
   */
  readonly leafProfileOf = (name: string): Profile => {
    const profile = this.profileOf(name);
    if (!profile.isAuthority) return profile;
    throw refused([{ pointer: '/profile', detail: `"${name}" is for authorities` }]);
  };
}
