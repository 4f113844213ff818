import type { Sighting } from '../../src/rotation/proof/sighting.ts';
import type { GatewayPodsPlace, ServedPlace } from '../../src/rotation/served-place.ts';
import { Turns } from '../../src/turns.ts';
import { type Handshake, handshake } from './handshake.ts';

interface ServedPlacesOptions {
  /** @throws {PkiError} `target-unavailable` where they cannot be listed, or there is none */
  readonly findPods: (
    place: GatewayPodsPlace,
  ) => Promise<readonly { readonly name: string; readonly address: string }[]>;
  /** For each handshake. */
  readonly timeoutMs: number;
}

type Names = readonly (string | undefined)[];

interface ServerOf {
  readonly host: string;
  readonly port: number;
  /** Which of the place's servers it is, in words. */
  readonly words: string;
}

/** Most of the time they wait; as many sockets are open at most. */
const HANDSHAKES_AT_ONCE = 64;

/** Looks at what places serve, by TLS handshakes with all of their servers. */
export class ServedPlaces {
  readonly #options: ServedPlacesOptions;
  readonly #turns = new Turns(HANDSHAKES_AT_ONCE);

  constructor(options: ServedPlacesOptions) {
    this.#options = options;
  }

  readonly sightingsAt = async (
    place: ServedPlace,
    serverNames: Names,
    signal: AbortSignal,
  ): Promise<readonly Sighting[]> => {
    const servers = await this.#serversAt(place);
    const sightings = servers.map((server) => this.#sightingsOf(server, serverNames, signal));
    return (await Promise.all(sightings)).flat();
  };

  async #serversAt(place: ServedPlace): Promise<readonly ServerOf[]> {
    const { port } = place;
    if (!('kind' in place)) return [{ host: place.host, port, words: '' }];
    const pods = await this.#options.findPods(place);
    return pods.map(({ name, address }) => {
      return { host: address, port, words: `pod "${name}" (${address})` };
    });
  }

  /** A server that takes no connection for one name takes none for the others, and each would cost a timeout. */
  async #sightingsOf(
    server: ServerOf,
    serverNames: Names,
    signal: AbortSignal,
  ): Promise<readonly Sighting[]> {
    const [first, ...others] = serverNames;
    const seen = await this.#ask(server, first, signal);
    const words = (serverName: string | undefined) => wordsOf(server, serverName, serverNames);
    if (seen.kind === 'unreachable' && !seen.isConnected) {
      return [{ server: server.words, handshake: seen }];
    }
    const rest = await Promise.all(
      others.map(async (name) => {
        return { server: words(name), handshake: await this.#ask(server, name, signal) };
      }),
    );
    return [{ server: words(first), handshake: seen }, ...rest];
  }

  #ask(
    { host, port }: ServerOf,
    serverName: string | undefined,
    signal: AbortSignal,
  ): Promise<Handshake> {
    const { timeoutMs } = this.#options;
    return this.#turns.run(async () => {
      signal.throwIfAborted();
      return handshake({ host, port, serverName }, { timeoutMs, signal });
    });
  }
}

function wordsOf(server: ServerOf, serverName: string | undefined, all: Names): string {
  const asked = all.length > 1 && serverName !== undefined ? `as ${serverName}` : '';
  return [server.words, asked].filter((words) => words !== '').join(' ');
}
