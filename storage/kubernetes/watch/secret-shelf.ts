import type { KeptSecret } from './kept-secret.ts';

interface Shelved {
  readonly kept: KeptSecret;
  /** When it was put there by us and not heard of: by the count of `#clock`; 0 once it was heard of. */
  readonly putAt: number;
}

/**
 * The Secrets of one namespace as a watch tells of them, together with what this service has just written or
 * read itself: nothing that is put here is ever replaced by older news that were still on their way.
 *
 * Resource versions are compared only for that, and only as decimal numbers, as Kubernetes allows since 1.35
 * (KEP-5504) and etcd has always made them. Where they are anything else, the watch's news win.
 */
export class SecretShelf {
  readonly #secrets = new Map<string, Shelved>();
  /** What may differ from what is shelved: only the API server can tell. */
  readonly #doubts = new Set<string>();
  readonly #ownVersions = new Map<string, string>();
  #clock = 1;
  #listingSince = 0;

  /** What is known of `name`: `kept`, that there is none, or nothing for certain. */
  find(name: string): { readonly isKnown: boolean; readonly kept: KeptSecret | undefined } {
    return { isKnown: !this.#doubts.has(name), kept: this.#secrets.get(name)?.kept };
  }

  list(): readonly KeptSecret[] {
    return [...this.#secrets.values()].map(({ kept }) => kept);
  }

  /** Whether the state that is known now is one that this service wrote itself. */
  isOwnWrite(name: string): boolean {
    const { resourceVersion } = this.#secrets.get(name)?.kept ?? {};
    return resourceVersion !== undefined && this.#ownVersions.get(name) === resourceVersion;
  }

  /** From here on what is put is newer than the list that comes next. */
  beginListing(): void {
    this.#listingSince = this.#clock;
  }

  /** Takes a list for the truth, and gives the names of what has changed since. */
  replaceAll(all: readonly KeptSecret[]): readonly string[] {
    const before = new Map(this.#secrets);
    this.#secrets.clear();
    for (const kept of all) this.#secrets.set(kept.name, { kept, putAt: 0 });
    for (const [name, shelved] of before) {
      const listed = this.#secrets.get(name)?.kept;
      const isLater = shelved.putAt > this.#listingSince;
      if (isLater && !(listed && !isOlder(listed, shelved.kept))) this.#secrets.set(name, shelved);
    }
    const names = new Set([...before.keys(), ...this.#secrets.keys()]);
    const versionOf = (shelf: ReadonlyMap<string, Shelved>, name: string) =>
      shelf.get(name)?.kept.resourceVersion;
    return [...names].filter((name) => versionOf(before, name) !== versionOf(this.#secrets, name));
  }

  /** Takes a change that the watch tells of, and says whether it is news. */
  hear(kept: KeptSecret): boolean {
    if (this.#isOldNews(kept)) return false;
    const { resourceVersion } = this.#secrets.get(kept.name)?.kept ?? {};
    this.#secrets.set(kept.name, { kept, putAt: 0 });
    return resourceVersion !== kept.resourceVersion;
  }

  hearGone(kept: KeptSecret): boolean {
    return !this.#isOldNews(kept) && this.#secrets.delete(kept.name);
  }

  /** What the API server has answered to a read, or to a write of ours. */
  put(kept: KeptSecret, { isOwnWrite }: { readonly isOwnWrite: boolean }): void {
    const { name, resourceVersion } = kept;
    if (isOwnWrite) this.#ownVersions.set(name, resourceVersion);
    this.#doubts.delete(name);
    const heard = this.#secrets.get(name)?.kept;
    const isSame = heard?.resourceVersion === resourceVersion;
    if (heard && !isSame && !isOlder(heard, kept)) return;
    this.#clock += 1;
    this.#secrets.set(name, { kept, putAt: this.#clock });
  }

  /** What the API server has answered where there is none. */
  putAbsent(name: string): void {
    if (!this.#secrets.has(name)) this.#doubts.delete(name);
  }

  /** A write failed, perhaps after it was taken, or the Secret is no longer what was judged. */
  doubt(name: string): void {
    this.#doubts.add(name);
  }

  #isOldNews(kept: KeptSecret): boolean {
    const shelved = this.#secrets.get(kept.name);
    return shelved !== undefined && shelved.putAt > 0 && isOlder(kept, shelved.kept);
  }
}

const DECIMAL = /^[1-9]\d*$/;

function isOlder(one: KeptSecret, other: KeptSecret): boolean {
  const [a, b] = [one.resourceVersion, other.resourceVersion];
  if (!(DECIMAL.test(a) && DECIMAL.test(b))) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}
