import {
  type Look,
  type NextStep,
  nextStep,
  type ServingProof,
} from '../../../../src/rotation/proof/serving-proof.ts';
import type { PlaceFound, ServedState } from '../../../../src/rotation/proof/sighting.ts';

/** When every test begins. */
export const START = Date.parse('2030-01-01T00:00:00Z');
/** What is served where something else ought to be. */
export const OLD = { fingerprintSha256: 'aa', serialNumber: '0a', notAfter: new Date(START) };

function found(state: ServedState): PlaceFound {
  if (state === 'proven') return { state };
  const words = { state, error: `it is ${state}` };
  return state === 'stale' ? { ...words, servedInstead: OLD } : words;
}

/** Follows one target from look to look, as the service does, on a clock of its own. */
export class Follower {
  readonly deeds: string[] = [];
  proof: ServingProof | undefined;
  seconds = 0;
  looks = 0;
  #revision = 1;
  readonly #options: { readonly rollback?: boolean };

  constructor(options: { readonly rollback?: boolean } = {}) {
    this.#options = options;
  }

  write(): void {
    this.#revision += 1;
  }

  /** One look after `seconds` from the beginning; what it leads to is noted with its second. */
  look(seconds: number, ...states: readonly ServedState[]): NextStep {
    this.seconds = seconds;
    this.looks += 1;
    const look: Look = {
      time: new Date(START + seconds * 1_000),
      serialNumber: String(this.#revision),
      revision: this.#revision,
      places: states.map((state, at) => ({ place: `place ${at}`, ...found(state) })),
    };
    const step = nextStep(this.proof, look, this.#options);
    // What is kept is all that the next look knows.
    this.proof = step.proof;
    const { touch, report, rollBack } = step.deeds;
    if (touch) this.deeds.push(`touch at ${seconds}`);
    if (report !== undefined) this.deeds.push(`${report} at ${seconds}`);
    if (rollBack) this.deeds.push(`roll back at ${seconds}`);
    return step;
  }

  /** Looks again and again when that is due, for as long as it is. */
  follow(from: number, state: (seconds: number) => ServedState): number {
    let seconds = from;
    for (;;) {
      const { lookAgainMs } = this.look(seconds, state(seconds));
      if (lookAgainMs === undefined) return seconds;
      seconds += lookAgainMs / 1_000;
    }
  }

  get place() {
    return this.proof?.places[0];
  }
}
