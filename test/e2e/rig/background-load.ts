import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { visit } from './tls-client.ts';
import type { World } from './world.ts';

/** What a client in the background has seen when it is stopped. */
export interface LoadReport {
  readonly requests: number;
  /** What went wrong, in the order in which it did; empty when all went well. */
  readonly failures: readonly string[];
  /** Serial numbers of the leaves that it met, in order, without repetition. */
  readonly serialNumbers: readonly string[];
  readonly connections: number;
}

/** A client that goes on until it is stopped. */
export interface Load {
  readonly sofar: () => LoadReport;
  readonly stop: () => Promise<LoadReport>;
}

/** Whom the client asks. */
export interface LoadOptions {
  readonly port: number;
  readonly host: string;
  readonly ca: string;
}

const PAUSE_MS = 25;

interface Seen {
  readonly serialNumber: string | undefined;
  readonly socket: unknown;
}

/** A client that makes a new connection for every request, and verifies every certificate. */
export function connectAgainAndAgain(world: World, { port, host, ca }: LoadOptions): Load {
  return keepAsking(world, async () => {
    const { serialNumber, isVerified, verifyError, status, refusal } = await visit(port, {
      host,
      ca,
    });
    const isGood = isVerified && status === 200 && refusal === undefined;
    if (!isGood) throw new Error(`${refusal ?? verifyError ?? 'no answer'}, status ${status}`);
    return { serialNumber, socket: {} };
  });
}

/** A client that sends all its requests over one connection for as long as the server lets it. */
export function holdOneConnection(world: World, options: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  world.defer(async () => agent.destroy());
  return keepAsking(world, () => askOver(agent, options));
}

function keepAsking(world: World, ask: () => Promise<Seen>): Load {
  const sockets = new Set<unknown>();
  const serialNumbers: string[] = [];
  const failures: string[] = [];
  let requests = 0;
  const stopping = new AbortController();
  const going = (async () => {
    while (!stopping.signal.aborted) {
      requests += 1;
      try {
        const { serialNumber, socket } = await ask();
        sockets.add(socket);
        if (serialNumber && serialNumbers.at(-1) !== serialNumber) serialNumbers.push(serialNumber);
      } catch (failure) {
        failures.push(String(failure));
      }
      await delay(PAUSE_MS);
    }
  })();
  const sofar = () => ({ requests, failures, serialNumbers, connections: sockets.size });
  const stop = async () => {
    stopping.abort();
    await going;
    return sofar();
  };
  // A test that fails before it stops its clients must not leave them asking for ever.
  world.defer(stop);
  return { sofar, stop };
}

function askOver(agent: Agent, { port, host, ca }: LoadOptions): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const target = { host: '127.0.0.1', port, servername: host, headers: { host }, ca, agent };
    const outgoing = request(target);
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const socket = incoming.socket as TLSSocket;
      incoming.resume();
      incoming.once('error', reject);
      incoming.once('end', () => {
        if (incoming.statusCode !== 200) return reject(new Error(`status ${incoming.statusCode}`));
        const { serialNumber } = socket.getPeerCertificate();
        return resolve({ serialNumber: serialNumber.toLowerCase(), socket });
      });
    });
    outgoing.end();
  });
}
