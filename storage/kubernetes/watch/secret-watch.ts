import { once, setMaxListeners } from 'node:events';
import type { V1Secret } from '@kubernetes/client-node';
import type { Clusters } from '../clusters.ts';
import { objectPath } from '../object-path.ts';
import { type FollowFailure, type FollowTiming, followObjects } from './follow-objects.ts';
import { type KeptSecret, keptSecret } from './kept-secret.ts';
import { SecretShelf } from './secret-shelf.ts';

/** Whose Secrets are watched. */
export interface WatchedNamespace {
  readonly context: string | undefined;
  readonly namespace: string;
}

interface SecretWatchOptions extends WatchedNamespace {
  readonly clusters: Clusters;
  /** Hears the names of Secrets that somebody else has changed. */
  readonly onChange: (names: readonly string[]) => void;
  readonly onFailure: (failure: FollowFailure) => void;
  readonly onLive: () => void;
  readonly timing?: FollowTiming;
}

/** istiod leaves these out as well: releases of Helm are large and many, and neither can be a credential. */
const SELECTOR = 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token';

/** The Secrets of one namespace, held by a watch. */
export class SecretWatch {
  readonly #shelf = new SecretShelf();
  readonly #settled = new EventTarget();
  readonly #stop: () => Promise<void>;
  #state: 'starting' | 'live' | 'failing' = 'starting';
  #since = performance.now();
  #hasList = false;

  constructor({ clusters, context, namespace, ...options }: SecretWatchOptions) {
    // All rotations that go on at once may wait for the first list.
    setMaxListeners(Number.POSITIVE_INFINITY, this.#settled);
    const { stop } = followObjects<KeptSecret>({
      ask: (question) => clusters.ask(context, question),
      untilChanged: () => clusters.untilChanged(),
      path: objectPath({ namespace, resource: 'secrets' }, { fieldSelector: SELECTOR }),
      trim: (object) => keptSecret(object),
      ...(options.timing ? { timing: options.timing } : {}),
      onListing: () => this.#shelf.beginListing(),
      onList: (all) => {
        const changed = this.#shelf.replaceAll(all);
        // What there is at the start is what passes are for.
        if (this.#hasList) this.#tell(options, changed);
        this.#hasList = true;
      },
      onChange: (kept) => {
        if (this.#shelf.hear(kept)) this.#tell(options, [kept.name]);
      },
      onGone: (kept) => {
        if (this.#shelf.hearGone(kept)) this.#tell(options, [kept.name]);
      },
      onLive: () => {
        this.#settle('live');
        options.onLive();
      },
      onFailure: (failure) => {
        // A version that has expired is the history's end and no fault: what comes next is a list.
        this.#settle(
          failure.kind === 'expired' && this.#state !== 'failing' ? 'starting' : 'failing',
        );
        options.onFailure(failure);
      },
    });
    this.#stop = stop;
  }

  /** What is known without asking; while the first list, or one anew, is on its way, that is awaited. */
  async find(name: string, patienceMs: number): Promise<ReturnType<SecretShelf['find']>> {
    const restMs = this.#since + patienceMs - performance.now();
    if (this.#state === 'starting' && restMs > 0) {
      const signal = AbortSignal.timeout(Math.ceil(restMs));
      await once(this.#settled, 'settled', { signal }).catch(() => undefined);
    }
    return this.#state === 'live' ? this.#shelf.find(name) : { isKnown: false, kept: undefined };
  }

  get isFailing(): boolean {
    return this.#state === 'failing';
  }

  isOwnWrite(name: string): boolean {
    return this.#shelf.isOwnWrite(name);
  }

  /** `undefined` while it is not certain what there is. */
  list(): readonly KeptSecret[] | undefined {
    return this.#state === 'live' ? this.#shelf.list() : undefined;
  }

  put(secret: V1Secret, { isOwnWrite }: { readonly isOwnWrite: boolean }): void {
    this.#shelf.put(keptSecret(secret), { isOwnWrite });
  }

  putAbsent(name: string): void {
    this.#shelf.putAbsent(name);
  }

  doubt(name: string): void {
    this.#shelf.doubt(name);
  }

  async stop(): Promise<void> {
    this.#settle('failing');
    await this.#stop();
  }

  #tell({ onChange }: Pick<SecretWatchOptions, 'onChange'>, names: readonly string[]): void {
    if (names.length > 0) onChange(names);
  }

  #settle(state: 'starting' | 'live' | 'failing'): void {
    if (this.#state !== state) this.#since = performance.now();
    this.#state = state;
    if (state !== 'starting') this.#settled.dispatchEvent(new Event('settled'));
  }
}
