import { createHash } from 'node:crypto';
import type { Profile } from '../issuance/profile.ts';
import { oncePer } from '../once-per.ts';
import { firstCrlEnd } from '../preflight/place-rules.ts';
import type { Beside, DestinationState } from './destination.ts';
import type { ExpectationDeps } from './expectation.ts';
import type { TargetProgress, TargetRecord } from './rotation-record.ts';
import type { RotationTarget } from './target.ts';

/** What a target's files are judged by, besides its declaration. */
export interface Basis {
  readonly profile: Profile;
  /** The certificates above, and those of the client authorities: the same objects as long as nothing has changed. */
  readonly authorities: readonly WeakKey[];
}

/** Everything that a verdict of a pass depends on, its own time aside. */
interface Grounds {
  readonly basis: Basis;
  readonly state: DestinationState;
  readonly progress: TargetProgress;
}

export interface KnownGoodDeps extends ExpectationDeps {
  readonly now: () => Date;
}

/**
 * What was judged and found good, so that nothing is verified again while neither the destination nor what it ought to
 * hold has changed. Of each target it keeps one digest; a target that is forgotten is judged anew.
 */
export class KnownGood {
  readonly #deps: KnownGoodDeps;
  readonly #digests = new Map<string, string>();
  readonly #numberOf = numbering();

  constructor(deps: KnownGoodDeps) {
    this.#deps = deps;
  }

  /** Whether a pass would find again what it found before: a good destination, but that it may be due. */
  async holds(record: TargetRecord, state: DestinationState): Promise<boolean> {
    const { target, progress, revision } = record;
    const known = this.#digests.get(target.name);
    // What a pass has still to do, beside finding the same again, is its affair.
    if (progress.status.state !== 'current' || progress.fight || !revision.isWritten) return false;
    const until = state.kind === 'present' && state.beside ? endOf(state.beside) : undefined;
    if (known === undefined || (until && until < this.#deps.now())) return false;
    const basis = await this.#expectedOf(target);
    return known === this.#digestOf(target, { basis, state, progress });
  }

  /** Asked before a pass: what changes while it goes on is not what it has judged by. `undefined` where there is none. */
  async basisOf(target: RotationTarget): Promise<Basis | undefined> {
    return this.#expectedOf(target).catch(() => undefined);
  }

  /** Keeps that a pass by `basis` has found `state` good, or has made it so, and left `progress`. */
  keep(target: RotationTarget, grounds: Grounds): void {
    this.#digests.set(target.name, this.#digestOf(target, grounds));
  }

  /** Forgets all but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#digests.keys()) if (!names.has(name)) this.#digests.delete(name);
  }

  async #expectedOf({ profile, authority, destination }: RotationTarget): Promise<Basis> {
    const names = [authority, ...destination.clientAuthorities];
    const paths = await Promise.all(names.map(this.#deps.pathOf));
    return { profile: this.#deps.leafProfileOf(profile), authorities: paths.flat() };
  }

  #digestOf(target: RotationTarget, { basis, state, progress }: Grounds): string {
    const numbers = [basis.profile, ...basis.authorities].map(this.#numberOf);
    return digest([numbers, stateDigestOf(state), target, progress]);
  }
}

/** When something beside the certificate ends, which is good until then. */
const endOf = oncePer(({ entries }: Beside) => firstCrlEnd(entries));

/**
 * Of all but the version, which changes with what others write beside. A Secret that is watched is found to be the same
 * object in each pass.
 */
const stateDigestOf = oncePer((state: DestinationState): string =>
  digest({ ...state, version: '' }),
);

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('base64');
}

/** The same value for JSON, its members in one order, whatever order they came in. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Readonly<Record<string, unknown>>;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(members).sort()) copy[name] = sorted(members[name]);
  return copy;
}

/** Gives each object a number of its own, the same one as long as it lives. */
function numbering(): (object: WeakKey) => number {
  let last = 0;
  return oncePer(() => {
    last += 1;
    return last;
  });
}
