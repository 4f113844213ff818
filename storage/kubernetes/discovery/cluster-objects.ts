import { isDeepStrictEqual } from 'node:util';
import type { ClusterView, Gateway } from '../../../src/discovery/gateway.ts';
import { apiFailure } from '../api-failure.ts';
import type { Clusters } from '../clusters.ts';
import { type FollowFailure, type FollowTiming, followObjects } from '../watch/follow-objects.ts';
import type { RawObject } from '../watch/watch-events.ts';
import { GATEWAY_KINDS, type Kind, PLACE_KINDS, pathOf } from './kinds.ts';
import { ObjectMeta, type Read } from './object.ts';

export interface ClusterObjectsOptions {
  readonly clusters: Clusters;
  /** Where objects ask for certificates; `*`: in all namespaces. */
  readonly namespaces: readonly string[];
  /** Where gateways' workloads are looked for, and grants. */
  readonly secretNamespaces: readonly string[];
  /** Something has changed, or is known now that was not. */
  readonly onChange: () => void;
  readonly warn: (words: string, source: SourceState) => void;
  readonly timing?: FollowTiming;
}

/** What is known of one kind of object in one namespace. */
export interface SourceState {
  /** In RBAC's words. */
  readonly resource: string;
  /** `*`: all. */
  readonly namespace: string;
  /** `absent`: the cluster has no such kind. */
  readonly state: 'starting' | 'watched' | 'forbidden' | 'absent' | 'unreachable';
}

/** One object as it is kept. */
interface Kept {
  readonly key: string;
  readonly read: Read;
}

interface Source {
  readonly kind: Kind;
  readonly namespace: string;
  readonly objects: Map<string, Read>;
  readonly stop: () => Promise<void>;
  state: SourceState['state'];
}

/** The objects of a cluster by which targets are declared, and judged: held by watches. */
export class ClusterObjects {
  readonly #sources: readonly Source[];

  constructor(options: ClusterObjectsOptions) {
    const { namespaces, secretNamespaces } = options;
    const scopes = namespaces.includes('*') ? ['*'] : namespaces;
    this.#sources = [
      ...scopes.flatMap((namespace) =>
        GATEWAY_KINDS.map((kind) => sourceOf(kind, namespace, options)),
      ),
      ...secretNamespaces.flatMap((namespace) =>
        PLACE_KINDS.map((kind) => sourceOf(kind, namespace, options)),
      ),
    ];
  }

  view(): ClusterView {
    const all = this.#sources.flatMap(({ objects }) => [...objects.values()]);
    return {
      gateways: all.flatMap((read) => ('gateway' in read ? read.gateway : [])),
      workloads: all.flatMap((read) => ('workload' in read ? read.workload : [])),
      grants: all.flatMap((read) => ('grant' in read ? read.grant : [])),
    };
  }

  states(): readonly SourceState[] {
    return this.#sources.map(({ kind, namespace, state }) => ({
      resource: kind.resource,
      namespace,
      state,
    }));
  }

  /** Whether everything has been heard of once, or cannot be. */
  isSettled(): boolean {
    return this.#sources.every(({ state }) => state !== 'starting');
  }

  /** Whether all objects of this one's kind and namespace are known, or it lies where none is asked. */
  isKnown(object: Gateway['reference']): boolean {
    const source = this.#sourceFor(object);
    // A 404 may be anybody's: a kind that is said not to be there does not take targets away.
    return source === undefined || source.state === 'watched';
  }

  /** Whether it is there, as far as is known; where nobody looks, it is. */
  isThere(object: Gateway['reference']): boolean {
    const source = this.#sourceFor(object);
    return source === undefined || source.objects.has(`${object.namespace}/${object.name}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sources.map(({ stop }) => stop()));
  }

  #sourceFor({ apiVersion, kind, namespace }: Gateway['reference']): Source | undefined {
    return this.#sources.find(
      (source) =>
        source.kind.kind === kind &&
        source.kind.apiVersion === apiVersion &&
        (source.namespace === '*' || source.namespace === namespace),
    );
  }
}

function sourceOf(kind: Kind, namespace: string, options: ClusterObjectsOptions): Source {
  const { clusters, onChange, warn, timing } = options;
  const objects = new Map<string, Read>();
  const become = (state: SourceState['state']) => {
    if (source.state === state) return;
    source.state = state;
    onChange();
  };
  const { stop } = followObjects<Kept>({
    ask: (question) => clusters.ask(undefined, question),
    untilChanged: () => clusters.untilChanged(),
    path: pathOf(kind, namespace),
    trim: (object) => keptOf(kind, object),
    ...(timing ? { timing } : {}),
    onListing: () => undefined,
    onList: (all) => {
      objects.clear();
      for (const { key, read } of all) objects.set(key, read);
      onChange();
    },
    onChange: ({ key, read }) => {
      // Most changes, such as those of a pod's status, say nothing new.
      if (isDeepStrictEqual(objects.get(key), read)) return;
      objects.set(key, read);
      onChange();
    },
    onGone: ({ key }) => {
      objects.delete(key);
      onChange();
    },
    onLive: () => become('watched'),
    onFailure: (failure) => {
      const before = source.state;
      if (failure.kind === 'expired') return;
      become(stateAfter(failure));
      if (failure.kind !== 'forbidden' || before === 'forbidden') return;
      const where = namespace === '*' ? undefined : namespace;
      const { resource } = kind;
      const { message } = apiFailure(failure.error, {
        verb: failure.verb,
        resource,
        namespace: where,
      });
      warn(message, { resource, namespace, state: 'forbidden' });
    },
  });
  const source: Source = { kind, namespace, objects, stop, state: 'starting' };
  return source;
}

function stateAfter({ kind }: FollowFailure): SourceState['state'] {
  if (kind === 'forbidden') return 'forbidden';
  return kind === 'unknown-kind' ? 'absent' : 'unreachable';
}

function keptOf(kind: Kind, object: RawObject): Kept {
  const metadata = ObjectMeta.parse(object.metadata);
  const { spec } = object as { readonly spec?: unknown };
  return { key: `${metadata.namespace}/${metadata.name}`, read: kind.read({ metadata, spec }) };
}
