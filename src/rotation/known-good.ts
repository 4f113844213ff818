import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Profile } from '../issuance/profile.ts';
import { oncePer } from '../once-per.ts';
import { firstCrlEnd } from '../preflight/place-rules.ts';
import type { DestinationState } from './destination.ts';
import type { ExpectationDeps } from './expectation.ts';
import type { TargetProgress, TargetRecord } from './rotation-record.ts';
import type { RotationTarget } from './target.ts';

/** What a target's files are judged by, besides its declaration. */
export interface Basis {
  readonly profile: Profile;
  /** The certificates above, and those of the client authorities: the same objects as long as nothing has changed. */
  readonly authorities: readonly unknown[];
}

/** Everything that a verdict of a pass depends on, its own time aside. */
interface Grounds extends Basis {
  readonly target: RotationTarget;
  readonly digest: string;
  readonly progress: TargetProgress;
  /** When something beside the certificate ends, which is good until then. */
  readonly until: Date | undefined;
}

export interface KnownGoodDeps extends ExpectationDeps {
  readonly now: () => Date;
}

/**
 * What was judged and found good, so that nothing is verified again while neither the destination nor what it ought to
 * hold has changed. It keeps digests and nothing of the files; a target that is forgotten is judged anew.
 */
export class KnownGood {
  readonly #deps: KnownGoodDeps;
  readonly #grounds = new Map<string, Grounds>();

  constructor(deps: KnownGoodDeps) {
    this.#deps = deps;
  }

  /** Whether a pass would find again what it found before: a good destination, but that it may be due. */
  async holds(record: TargetRecord, state: DestinationState): Promise<boolean> {
    const { target, progress, revision } = record;
    const known = this.#grounds.get(target.name);
    // What a pass has still to do, beside finding the same again, is its affair.
    if (progress.status.state !== 'current' || progress.fight || !revision.isWritten) return false;
    if (!known || (known.until && known.until < this.#deps.now())) return false;
    if (known.digest !== digestOf(state)) return false;
    if (!isDeepStrictEqual(known.progress, progress)) return false;
    if (known.target !== target && !isDeepStrictEqual(known.target, target)) return false;
    const { profile, authorities } = await this.#expectedOf(target);
    if (known.profile !== profile || known.authorities.length !== authorities.length) return false;
    return authorities.every((authority, at) => authority === known.authorities[at]);
  }

  /** Asked before a pass: what changes while it goes on is not what it has judged by. `undefined` where there is none. */
  async basisOf(target: RotationTarget): Promise<Basis | undefined> {
    return this.#expectedOf(target).catch(() => undefined);
  }

  /** Keeps that a pass by `basis` has found `state` good, or has made it so, and left `progress`. */
  keep(
    target: RotationTarget,
    { basis, state, progress }: { basis: Basis; state: DestinationState; progress: TargetProgress },
  ): void {
    const digest = digestOf(state);
    const until = state.kind === 'present' ? firstCrlEnd(state.beside?.entries ?? {}) : undefined;
    this.#grounds.set(target.name, { target, ...basis, digest, progress, until });
  }

  /** Forgets all but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#grounds.keys()) if (!names.has(name)) this.#grounds.delete(name);
  }

  async #expectedOf({ profile, authority, destination }: RotationTarget): Promise<Basis> {
    const names = [authority, ...destination.clientAuthorities];
    const paths = await Promise.all(names.map(this.#deps.pathOf));
    return { profile: this.#deps.leafProfileOf(profile), authorities: paths.flat() };
  }
}

/**
 * Of all but the version, which changes with what others write beside; members count in whatever order. A Secret that is
 * watched is found to be the same object in each pass.
 */
const digestOf = oncePer((state: DestinationState): string => {
  const text = JSON.stringify({ ...state, version: '' }, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return isPlainObject(value) ? Object.fromEntries(Object.entries(value).toSorted()) : value;
  });
  return createHash('sha256').update(text).digest('base64');
});

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
