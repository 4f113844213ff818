import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { keptSecret } from '../../../storage/kubernetes/watch/kept-secret.ts';
import { SecretShelf } from '../../../storage/kubernetes/watch/secret-shelf.ts';

type Step = 'theirs' | 'ours' | 'delete' | 'news' | 'begin-list' | 'end-list' | 'read';
const steps = fc.constantFrom<Step>(
  ...(['theirs', 'ours', 'delete', 'news', 'begin-list', 'end-list', 'read'] as const),
);

/** An API server with one Secret, whose news reach the shelf one by one and late. */
class World {
  readonly shelf = new SecretShelf();
  version = 98;
  current: number | undefined;
  /** The version of the last write or exact read of ours. */
  known = 0;
  deletedSince = false;
  readonly #news: { readonly version: number; readonly isGone: boolean }[] = [];
  #listed: { version: number; current: number | undefined } | undefined;

  readonly steps: Readonly<Record<Step, () => void>> = {
    theirs: () => this.#change(),
    ours: () => {
      this.#change();
      this.#know(true);
    },
    read: () => {
      if (this.current === undefined) this.shelf.putAbsent('web');
      else this.#know(false);
    },
    delete: () => {
      if (this.current === undefined) return;
      this.version += 1;
      this.current = undefined;
      this.deletedSince = true;
      this.#news.push({ version: this.version, isGone: true });
    },
    news: () => this.#hearNext(),
    'begin-list': () => {
      this.shelf.beginListing();
      this.#listed = { version: this.version, current: this.current };
    },
    'end-list': () => {
      if (!this.#listed) return;
      const { version, current } = this.#listed;
      this.shelf.replaceAll(current === undefined ? [] : [kept(current)]);
      while ((this.#news[0]?.version ?? Number.POSITIVE_INFINITY) <= version) this.#news.shift();
      this.#listed = undefined;
    },
  };

  /** The watch and the list are one after the other, so that no news come between a list's two ends. */
  run(step: Step): void {
    if (step === 'news' && this.#listed) return;
    this.steps[step]();
  }

  settle(): void {
    this.steps['end-list']();
    while (this.#news.length > 0) this.#hearNext();
  }

  #change(): void {
    this.version += 1;
    this.current = this.version;
    this.#news.push({ version: this.version, isGone: false });
  }

  #know(isOwnWrite: boolean): void {
    this.known = this.current ?? 0;
    this.deletedSince = false;
    this.shelf.put(kept(this.known), { isOwnWrite });
  }

  #hearNext(): void {
    const next = this.#news.shift();
    if (next?.isGone === true) this.shelf.hearGone(kept(next.version));
    else if (next) this.shelf.hear(kept(next.version));
  }
}

function kept(version: number) {
  return keptSecret({ metadata: { name: 'web', resourceVersion: String(version) } });
}

it('a shelf never goes back behind what was written or read, and ends where the API server is', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (taken) => {
      const world = new World();
      for (const step of taken) {
        world.run(step);
        const found = Number(world.shelf.find('web').kept?.secret.metadata?.resourceVersion ?? 0);
        if (!world.deletedSince) assert.ok(found >= world.known, `${found} after ${world.known}`);
      }
      world.settle();
      const { resourceVersion } = world.shelf.find('web').kept ?? {};
      assert.equal(resourceVersion, world.current?.toString());
    }),
    { numRuns: 2_000 },
  );
});
