import { Turns } from '../../turns.ts';
import { type ProofDeps, proveTarget } from './prove-target.ts';

export interface ServingProofsDeps extends ProofDeps {
  /** Ends after so many milliseconds, or when the signal is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Hears of what went wrong and is no fault of a place. */
  readonly reportFailure: (error: unknown) => void;
}

/** A target that is looked at now, or again in a while. */
interface Following {
  /** How often a pass has been noticed while it is followed. */
  calls: number;
  /** Ends the pause between two looks. */
  wake: AbortController;
}

/** Looks wait for the network most of the time; each may have a few handshakes under way. */
const LOOKS_AT_ONCE = 32;

/**
 * Follows targets from a pass over them until what they hold is proven to be served, or reported not to be.
 *
 * It waits for nobody's lock and nobody waits for it: a place that hangs delays the proofs of others at most, and only
 * where {@link LOOKS_AT_ONCE} of them hang.
 */
export class ServingProofs {
  readonly #deps: ServingProofsDeps;
  readonly #following = new Map<string, Following>();
  readonly #stopping = new AbortController();
  readonly #work = new Set<Promise<void>>();
  readonly #turns = new Turns(LOOKS_AT_ONCE);

  constructor(deps: ServingProofsDeps) {
    this.#deps = deps;
  }

  /** Begins to look at a target that a pass is done with, or looks at once where it is followed already. */
  readonly notice = (name: string): void => {
    if (this.#stopping.signal.aborted) return;
    const known = this.#following.get(name);
    if (known) {
      known.calls += 1;
      known.wake.abort();
      return;
    }
    const following = { calls: 0, wake: new AbortController() };
    this.#following.set(name, following);
    const work = this.#follow(name, following)
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#deps.reportFailure(error);
      })
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  };

  /** Breaks off what is under way; what was found is kept, and what was not is looked at after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#work);
  }

  async #follow(name: string, following: Following): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (!signal.aborted) {
        const { calls } = following;
        following.wake = new AbortController();
        const lookAgainMs = await this.#turns.run(() => this.#look(name));
        if (following.calls !== calls) continue;
        if (lookAgainMs === undefined) return;
        await this.#deps.pause(lookAgainMs, AbortSignal.any([signal, following.wake.signal]));
      }
    } finally {
      this.#following.delete(name);
    }
  }

  async #look(name: string): Promise<number | undefined> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    return proveTarget(this.#deps, name, signal);
  }
}
