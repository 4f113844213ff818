import type { Socket } from 'node:net';
import { ipOctets, ipText } from '../../src/x509/ip-address.ts';
import { Shares } from './shares.ts';

/** Open connections; and those that have not yet shown who they are, which anybody can make. */
const MAX_CONNECTIONS = 4_096;
const MAX_HANDSHAKES = 1_024;
/** Of one network, behind which there may be many Envoys: a quarter, so that nobody alone keeps the others out. */
const MAX_CONNECTIONS_OF_ONE = MAX_CONNECTIONS / 4;
const MAX_HANDSHAKES_OF_ONE = MAX_HANDSHAKES / 4;
/** The octets of an IPv6 address that tell whose it is: the rest is chosen by each host (RFC 4291 §2.5.1). */
const IPV6_PREFIX_OCTETS = 8;
/** Stands before an IPv4 address on a socket for both kinds (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

interface Handshake {
  readonly connection: Socket;
  readonly network: string;
}

/** The connections that are open, and for how many there is room. */
export class Room {
  readonly #connections = new Set<Socket>();
  readonly #shares = new Shares(MAX_CONNECTIONS_OF_ONE);
  /** Those whose handshake is not done, by their ends, the oldest first. */
  readonly #handshakes = new Map<string, Handshake>();

  get connections(): readonly Socket[] {
    return [...this.#connections];
  }

  /** Takes a connection that begins its handshake, until it is closed; `false` where there is no room. */
  take(connection: Socket): boolean {
    const network = networkOf(connection.remoteAddress ?? '');
    if (this.#connections.size >= MAX_CONNECTIONS || !this.#shares.hasRoomFor(network))
      return false;
    this.#makeRoomFor(network);
    const giveBack = this.#shares.take(network);
    const ends = endsOf(connection);
    this.#connections.add(connection);
    this.#handshakes.set(ends, { connection, network });
    connection.once('close', () => {
      this.#connections.delete(connection);
      giveBack();
      if (this.#handshakes.get(ends)?.connection === connection) this.#handshakes.delete(ends);
    });
    return true;
  }

  /** `socket` is the connection itself, or the TLS on it. */
  handshakeIsDone(socket: Socket): void {
    this.#handshakes.delete(endsOf(socket));
  }

  /** A good client is done in milliseconds: whoever has let us wait longest makes room, of its own network first. */
  #makeRoomFor(network: string): void {
    if (this.#handshakes.size < MAX_HANDSHAKES_OF_ONE) return;
    const all = [...this.#handshakes.values()];
    const own = all.filter((handshake) => handshake.network === network);
    if (own.length >= MAX_HANDSHAKES_OF_ONE) this.#hangUp(own[0]);
    else if (all.length >= MAX_HANDSHAKES) this.#hangUp(all[0]);
  }

  /** Makes room at once, and not when the connection has closed. */
  #hangUp(handshake: Handshake | undefined): void {
    if (!handshake) return;
    this.#handshakes.delete(endsOf(handshake.connection));
    handshake.connection.destroy();
  }
}

/** Whose an address is, as far as the address tells: of IPv6, one host has a whole network of them to choose from. */
export function networkOf(address: string): string {
  const octets = ipOctets(address.replace(/%.*$/, ''));
  if (octets?.length !== 16) return address;
  const isMapped = octets.subarray(0, IPV4_MAPPED.length).equals(IPV4_MAPPED);
  return ipText(
    isMapped ? octets.subarray(IPV4_MAPPED.length) : octets.fill(0, IPV6_PREFIX_OCTETS),
  );
}

/** What tells an open connection from every other one. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
