import { setTimeout as delay } from 'node:timers/promises';
import { statusCodeOf } from '../api-failure.ts';
import type { OpenCluster, OpenGet } from '../open-cluster.ts';
import { retryAfterMsOf } from '../retry-after.ts';
import { listPages } from './list-pages.ts';
import { type RawObject, watchEvents } from './watch-events.ts';
import { kindOfFailure, type WatchFailureKind } from './watch-failure.ts';

/** Who hears of the objects; `K` is what is kept of one. */
export interface ObjectsHeard<K> {
  /** All there are, as a list that was asked for after `onListing` says; what is not among them is gone. */
  readonly onList: (objects: readonly K[]) => void;
  readonly onListing: () => void;
  readonly onChange: (object: K) => void;
  readonly onGone: (object: K) => void;
  /** The watch is open: what was heard is what there is, but for the moment that news takes. */
  readonly onLive: () => void;
  /** Nothing is heard for now. Told for every attempt that fails; `verb` is what was tried. */
  readonly onFailure: (failure: FollowFailure) => void;
}

export interface FollowFailure {
  readonly kind: WatchFailureKind;
  readonly verb: 'list' | 'watch';
  readonly error: unknown;
}

export interface FollowOptions<K> extends ObjectsHeard<K> {
  readonly ask: <T>(question: (cluster: OpenCluster) => Promise<T>) => Promise<T>;
  /** Aborted when the API server that answers may be another one from now on. */
  readonly untilChanged: () => Promise<AbortSignal>;
  /** Such as `/api/v1/namespaces/x/secrets`, with selectors as its query. */
  readonly path: string;
  readonly trim: (object: RawObject) => K;
  readonly timing?: FollowTiming;
}

/** In milliseconds, but for `watchSeconds`. */
export interface FollowTiming {
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** After a refusal that only a person can lift. */
  readonly refusedRetryMs: number;
  /** After so long the server ends a watch by itself, and it is resumed. */
  readonly watchSeconds: number;
  /** How much later than that a watch without an end is taken for dead. */
  readonly marginMs: number;
  /** How long a list may take. */
  readonly listMs: number;
  /** How often a change of the kubeconfig is looked for. */
  readonly lookMs: number;
}

const TIMING: FollowTiming = {
  firstRetryMs: 500,
  lastRetryMs: 30_000,
  refusedRetryMs: 60_000,
  watchSeconds: 240,
  marginMs: 15_000,
  listMs: 60_000,
  lookMs: 5_000,
};

/** A watch that is refused for other reasons than its age, as after etcd was restored, is begun anew in the end. */
const REFUSALS_UNTIL_RELIST = 4;

/**
 * Follows the objects of one path by list and watch, until `stop`: through cut connections, hangs, restarts
 * and expired versions, without missing a change and without asking more often than the API server bears.
 */
export function followObjects<K>(options: FollowOptions<K>): {
  readonly stop: () => Promise<void>;
} {
  const stopping = new AbortController();
  const ended = new Following(options, stopping.signal).run();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

class Following<K> {
  readonly #options: FollowOptions<K>;
  readonly #timing: FollowTiming;
  readonly #stopping: AbortSignal;
  readonly #path: URL;
  /** From where the watch goes on; `undefined`: everything is listed first. */
  #resourceVersion: string | undefined;
  #failures = 0;
  /** Of those, the ones with an answer. */
  #refusals = 0;

  constructor(options: FollowOptions<K>, stopping: AbortSignal) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#stopping = stopping;
    this.#path = new URL(options.path, 'http://api');
  }

  async run(): Promise<void> {
    while (!this.#isStopping()) {
      const verb = this.#resourceVersion === undefined ? 'list' : 'watch';
      try {
        await this.#attempt(verb);
      } catch (error) {
        if (!this.#isStopping()) await this.#fail(verb, error);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.aborted;
  }

  /** A list, or a watch up to its end, which must come in time, and comes at once where the kubeconfig changes. */
  async #attempt(verb: 'list' | 'watch'): Promise<void> {
    const { watchSeconds, marginMs, listMs, lookMs } = this.#timing;
    const changed = await this.#options.untilChanged();
    const attempt = new AbortController();
    const late = new DOMException('no end in time', 'TimeoutError');
    const limit = verb === 'list' ? listMs : watchSeconds * 1000 + marginMs;
    const deadline = setTimeout(() => attempt.abort(late), limit);
    const onStop = () => attempt.abort();
    const onChanged = () => {
      this.#resourceVersion = undefined;
      attempt.abort(new Error('the kubeconfig has changed'));
    };
    // Whoever looks at the files makes the signal go off.
    const look = setInterval(() => void this.#options.untilChanged().catch(() => {}), lookMs);
    this.#stopping.addEventListener('abort', onStop);
    changed.addEventListener('abort', onChanged);
    try {
      if (verb === 'list') await this.#list(attempt.signal);
      else await this.#watch(attempt.signal);
    } finally {
      clearTimeout(deadline);
      clearInterval(look);
      this.#stopping.removeEventListener('abort', onStop);
      changed.removeEventListener('abort', onChanged);
      attempt.abort();
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#options.onListing();
    const { trim } = this.#options;
    const listed = await this.#options.ask(({ get }) =>
      listPages(get, { path: this.#path, signal, trim }),
    );
    this.#resourceVersion = listed.resourceVersion;
    this.#options.onList(listed.objects);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const body = await this.#options.ask(({ get }) => this.#open(get, signal));
    this.#options.onLive();
    const openedAt = performance.now();
    const isShort = () => performance.now() - openedAt < this.#timing.firstRetryMs;
    try {
      for await (const { type, object } of watchEvents(body)) {
        if (type !== 'BOOKMARK') this.#hear(type, object);
        this.#resourceVersion = object.metadata?.resourceVersion ?? this.#resourceVersion;
        this.#failures = 0;
        this.#refusals = 0;
      }
    } finally {
      if (!isShort()) this.#failures = 0;
    }
    // A server that ends each watch at once is not asked again at once.
    if (isShort()) throw new Error('the watch ended as soon as it was opened');
  }

  #open(get: OpenGet, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const query = new URLSearchParams(this.#path.searchParams);
    query.set('watch', 'true');
    query.set('allowWatchBookmarks', 'true');
    query.set('resourceVersion', this.#resourceVersion ?? '');
    query.set('timeoutSeconds', String(this.#timing.watchSeconds));
    return get(`${this.#path.pathname}?${query}`, signal);
  }

  #hear(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: RawObject): void {
    const kept = this.#options.trim(object);
    if (type === 'DELETED') this.#options.onGone(kept);
    else this.#options.onChange(kept);
  }

  async #fail(verb: 'list' | 'watch', error: unknown): Promise<void> {
    this.#failures += 1;
    const kind = kindOfFailure(error);
    this.#options.onFailure({ kind, verb, error });
    if (statusCodeOf(error) !== undefined) this.#refusals += 1;
    if (kind === 'expired' || this.#refusals >= REFUSALS_UNTIL_RELIST) this.#beginAnew();
    const isFirstExpiry = kind === 'expired' && this.#failures === 1;
    if (!isFirstExpiry) await this.#pause(this.#delayAfter(kind, error));
  }

  /** Doubled each time, and a random half of it, so that many watches do not come back at once. */
  #delayAfter(kind: WatchFailureKind, error: unknown): number {
    const { firstRetryMs, lastRetryMs, refusedRetryMs } = this.#timing;
    const isRefusal = kind === 'forbidden' || kind === 'unknown-kind';
    const grown = Math.min(firstRetryMs * 2 ** Math.min(this.#failures - 1, 20), lastRetryMs);
    const delayMs = (isRefusal ? refusedRetryMs : grown) * (0.5 + Math.random() / 2);
    return Math.max(delayMs, retryAfterMsOf(error));
  }

  #beginAnew(): void {
    this.#resourceVersion = undefined;
    this.#refusals = 0;
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping }).catch(() => undefined);
  }
}
