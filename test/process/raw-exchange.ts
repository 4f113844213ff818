import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { ServiceProcess } from './service-process.ts';

/** A connection to the management listener on which any octets can be sent. */
export async function connected({ management, home }: ServiceProcess): Promise<Socket> {
  const { hostname, port } = new URL(management);
  const socket = connect({ host: hostname, port: Number(port), ca: home.rootPem() });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends octets as they are, and gives everything that comes back until the service hangs up. */
export async function sendRaw(service: ServiceProcess, octets: string | Buffer): Promise<string> {
  const socket = await connected(service);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.write(octets);
  await closeOf(socket);
  return answer;
}

/** Not `once`, which takes a reset for a failure of the test. */
export function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  return promise;
}
