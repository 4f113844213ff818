import { doOverlap, placesOf } from './overlap.ts';
import type { RotationTarget } from './target.ts';

/** What a target has to do with a place. */
type PlacedTarget = Pick<RotationTarget, 'name' | 'destination'>;

/** The destinations that targets have, in which a rival is found without a look at each of them. */
export class TakenDestinations {
  readonly #targets = new Map<string, PlacedTarget>();
  readonly #namesAt = new Map<string, Set<string>>();

  constructor(targets: readonly PlacedTarget[]) {
    for (const target of targets) this.add(target);
  }

  /** Takes a target in, or its next declaration. */
  add(target: PlacedTarget): void {
    const { name, destination } = target;
    this.#targets.set(name, target);
    for (const place of placesOf(destination).taken) {
      const names = this.#namesAt.get(place) ?? new Set();
      this.#namesAt.set(place, names.add(name));
    }
  }

  /** Another target whose destination is this one's, or overlaps it. */
  rivalOf({ name, destination }: PlacedTarget): PlacedTarget | undefined {
    const { near } = placesOf(destination);
    return near
      .flatMap((place) => [...(this.#namesAt.get(place) ?? [])])
      .filter((other) => other !== name)
      .flatMap((other) => this.#targets.get(other) ?? [])
      .find((other) => doOverlap(other.destination, destination));
  }
}
