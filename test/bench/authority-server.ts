import type { Contender } from './comparison.ts';
import type { Load } from './load.ts';
import { assertSampleAnswered, measureWithWrk } from './wrk.ts';

/** A certificate authority at work, ours or a peer's. */
export interface AuthorityServer {
  readonly stop: () => Promise<void>;
  /** A CSR comes, its certificate goes. */
  readonly sign: Load;
  /** A name comes, a private key and its certificate go. */
  readonly newKey: Load;
}

/** One of a server's loads as a contender. */
export function underLoad(load: Load, connections: number): Contender {
  return {
    prove: () => assertSampleAnswered(load),
    work: (seconds) => measureWithWrk(load, { connections, seconds }),
  };
}

/** Runs `work` with servers that are ended afterwards, even those that ran when another did not start. */
export async function withServers<T>(
  work: (begin: <S extends Stoppable>(server: Promise<S>) => Promise<S>) => Promise<T>,
): Promise<T> {
  const servers: Stoppable[] = [];
  try {
    return await work(async (starting) => {
      const server = await starting;
      servers.push(server);
      return server;
    });
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
  }
}

interface Stoppable {
  readonly stop: () => Promise<void>;
}
