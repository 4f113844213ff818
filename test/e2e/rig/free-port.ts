import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Linux hands out ports from 32768 up by itself; a port below stays ours while a server that was
 * on it is down and comes up again.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** A loopback port on which nobody listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
