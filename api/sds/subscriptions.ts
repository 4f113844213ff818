import { authoritiesNameOf } from '../../src/sds/resource.ts';
import type { Delivery } from './deliveries.ts';
import type { OpenStream } from './secret-stream.ts';

/** How one Envoy stands with one secret of a target. */
export interface SdsSubscriber extends Delivery {
  readonly resource: string;
  /** As it calls itself; null where it does not. */
  readonly node: string | null;
  /** Of its certificate: the one that lets it read the target. */
  readonly uri: string;
  readonly address: string;
}

/** Who has a target's secrets, as far as they are connected now. */
export interface SdsStatus {
  readonly streams: number;
  /** Those that have rejected something first; of very many only some. */
  readonly subscribers: readonly SdsSubscriber[];
}

const MAX_SHOWN = 100;
const URGENCY: readonly Delivery['state'][] = ['rejected', 'sent', 'waiting', 'acknowledged'];

/** Which of the open streams asks for what. */
export class Subscriptions {
  readonly #byName = new Map<string, Set<OpenStream>>();
  readonly #names = new Map<OpenStream, ReadonlySet<string>>();

  get streams(): Iterable<OpenStream> {
    return this.#names.keys();
  }

  get count(): number {
    return this.#names.size;
  }

  /** Follows what a stream asks for now. */
  follow(stream: OpenStream): void {
    const before = this.#names.get(stream) ?? new Set();
    const names = stream.deliveries.names;
    for (const name of before.difference(names)) this.#leave(name, stream);
    for (const name of names.difference(before)) {
      const streams = this.#byName.get(name) ?? new Set();
      this.#byName.set(name, streams.add(stream));
    }
    this.#names.set(stream, names);
  }

  forget(stream: OpenStream): void {
    for (const name of this.#names.get(stream) ?? []) this.#leave(name, stream);
    this.#names.delete(stream);
  }

  /** The streams that ask for a target's pair or for its client authorities, with the name. */
  of(target: string): readonly { readonly stream: OpenStream; readonly name: string }[] {
    return [target, authoritiesNameOf(target)].flatMap((name) =>
      [...(this.#byName.get(name) ?? [])].map((stream) => ({ stream, name })),
    );
  }

  /** Who stands how with a target's secrets; who only asks for them has no URI that lets it in, and is left out. */
  statusOf(target: string, admittingUri: (stream: OpenStream) => string | undefined): SdsStatus {
    const streams = new Set<OpenStream>();
    const subscribers = this.of(target).flatMap(({ stream, name: resource }) => {
      const delivery = stream.deliveries.get(resource);
      const uri = admittingUri(stream);
      if (!delivery || uri === undefined) return [];
      streams.add(stream);
      return [subscriberOf(stream, { resource, uri }, delivery)];
    });
    const sorted = subscribers.toSorted(
      (one, other) =>
        URGENCY.indexOf(one.state) - URGENCY.indexOf(other.state) ||
        other.at.getTime() - one.at.getTime(),
    );
    return { streams: streams.size, subscribers: sorted.slice(0, MAX_SHOWN) };
  }

  #leave(name: string, stream: OpenStream): void {
    const streams = this.#byName.get(name);
    streams?.delete(stream);
    if (streams?.size === 0) this.#byName.delete(name);
  }
}

function subscriberOf(
  { node, peer: address }: OpenStream,
  access: Pick<SdsSubscriber, 'resource' | 'uri'>,
  { version, state, at, error }: Delivery,
): SdsSubscriber {
  const words = error === undefined ? {} : { error };
  return { ...access, node: node || null, address, version, state, at, ...words };
}
