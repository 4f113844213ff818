import type { V1Secret } from '@kubernetes/client-node';
import type { KubernetesSecretDestination } from '../../../src/rotation/target.ts';
import { apiFailure } from '../api-failure.ts';
import type { Clusters } from '../clusters.ts';
import type { FollowFailure, FollowTiming } from './follow-objects.ts';
import { SecretWatch, type WatchedNamespace } from './secret-watch.ts';

/** What an operator ought to know of a watch. */
export interface WatchNotice extends WatchedNamespace {
  readonly level: 'warn' | 'info';
  readonly words: string;
}

export interface SecretWatchesOptions {
  readonly notice: (notice: WatchNotice) => void;
  /** Hears of destinations that somebody else has changed, a moment after the last of many changes began. */
  readonly onChange: (destinations: readonly Place[]) => void;
  /** Hears of a namespace that is watched again after a watch on it failed. */
  readonly onRecovery: (where: WatchedNamespace) => void;
  readonly timing?: FollowTiming;
}

/** One Secret, wherever its namespace is. */
export interface Place extends WatchedNamespace {
  readonly name: string;
}

/** More namespaces of targets than this are read one Secret at a time: each watch is a connection. */
const MAX_WATCHES = 200;
/** Changes so close together make one pass. */
const DEBOUNCE_MS = 200;
/** A watch that fails so often in a row is worth a line of the log; one cut connection is not. */
const FAILURES_TOLD = 3;

/** One watch for each namespace in which targets have their Secrets. */
export class SecretWatches {
  readonly #clusters: Clusters;
  readonly #options: SecretWatchesOptions;
  readonly #watches = new Map<string, SecretWatch>();
  #followed: ReadonlySet<string> = new Set();
  readonly #changed = new Map<string, Place>();
  #debounce: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(clusters: Clusters, options: SecretWatchesOptions) {
    this.#clusters = clusters;
    this.#options = options;
  }

  /** Watches the namespaces of these destinations, and those that are to be seen all the same, and no others. */
  follow(
    destinations: readonly KubernetesSecretDestination[],
    seen: readonly WatchedNamespace[] = [],
  ): void {
    if (this.#isStopped) return;
    this.#followed = new Set(destinations.map(placeKey));
    const wanted = new Map<string, Pick<KubernetesSecretDestination, 'namespace' | 'context'>>();
    for (const one of [...seen, ...destinations]) {
      const { context, namespace } = one;
      wanted.set(namespaceKey(one), context === undefined ? { namespace } : { context, namespace });
    }
    for (const [key, watch] of this.#watches) {
      if (wanted.has(key)) continue;
      this.#watches.delete(key);
      void watch.stop();
    }
    for (const [key, { context, namespace }] of wanted) {
      const isRoom = this.#watches.size < MAX_WATCHES;
      if (isRoom && !this.#watches.has(key))
        this.#watches.set(key, this.#open({ context, namespace }));
    }
  }

  /** The watch that holds the Secrets of a namespace, if there is one. */
  watchOf(place: { readonly context?: string | undefined; readonly namespace: string }) {
    return this.#watches.get(namespaceKey(place));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#debounce);
    await Promise.all([...this.#watches.values()].map((watch) => watch.stop()));
  }

  #open(where: WatchedNamespace): SecretWatch {
    let failures = 0;
    let isTold = false;
    return new SecretWatch({
      ...where,
      clusters: this.#clusters,
      ...(this.#options.timing ? { timing: this.#options.timing } : {}),
      onChange: (names) => this.#note(where, names),
      onLive: () => {
        if (failures > 0) this.#options.onRecovery(where);
        failures = 0;
        if (!isTold) return;
        isTold = false;
        const words = `the Secrets of namespace "${where.namespace}" are watched again`;
        this.#options.notice({ ...where, level: 'info', words });
      },
      onFailure: (failure) => {
        if (failure.kind === 'expired') return;
        failures += 1;
        const isLasting = failure.kind === 'forbidden' || failures >= FAILURES_TOLD;
        if (isTold || !isLasting) return;
        isTold = true;
        this.#options.notice({ ...where, level: 'warn', words: wordsOf(failure, where) });
      },
    });
  }

  /**
   * A change by ourselves is known for one only after the API server has answered, and a target that was just declared is
   * followed a moment later: both may be after the news.
   */
  #note(where: WatchedNamespace, names: readonly string[]): void {
    for (const name of names) this.#changed.set(placeKey({ ...where, name }), { ...where, name });
    if (this.#changed.size === 0 || this.#debounce !== undefined) return;
    this.#debounce = setTimeout(() => {
      this.#debounce = undefined;
      const changed = [...this.#changed].flatMap(([key, place]) =>
        this.#followed.has(key) ? [place] : [],
      );
      this.#changed.clear();
      const byOthers = changed.filter((place) => !this.watchOf(place)?.isOwnWrite(place.name));
      if (byOthers.length > 0) this.#options.onChange(byOthers);
    }, DEBOUNCE_MS);
  }
}

function wordsOf({ error, verb, kind }: FollowFailure, where: WatchedNamespace): string {
  const { message } = apiFailure(error, { verb, ...where });
  const until = kind === 'forbidden' ? '' : ' for now';
  return `${message}; each Secret of targets there is read by itself${until}`;
}

function namespaceKey(place: { context?: string | undefined; namespace: string }): string {
  return JSON.stringify([place.context ?? null, place.namespace]);
}

function placeKey(place: { context?: string | undefined; namespace: string; name: string }) {
  return JSON.stringify([place.context ?? null, place.namespace, place.name]);
}

/** What the API server answered, for the watch that holds the Secret's namespace. */
export function noteAnswer(
  watch: SecretWatch | undefined,
  name: string,
  answer: V1Secret | undefined,
): void {
  if (answer?.metadata?.resourceVersion) watch?.put(answer, { isOwnWrite: false });
  else if (!answer) watch?.putAbsent(name);
}
