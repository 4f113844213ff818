import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { familyOf } from '../bench/process-family.ts';
import {
  call,
  newHome,
  type ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';
import { readyWorkers, until } from './worker-processes.ts';

/** As long as a worker may take to be ready, and to be replaced then. */
const HANG_MS = 90_000;

/** Has the second process not be started, as where a container may have no more of them. */
const FAILING_FORK = `
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
const { fork } = childProcess;
let count = 0;
childProcess.fork = (file, args, options) => {
  count += 1;
  return fork(file, args, count === 2 ? { ...options, execPath: '/nowhere/node' } : options);
};
syncBuiltinESMExports();
`;

interface Answered {
  readonly connection: string | undefined;
  /** The process that logged the request. */
  readonly pid: number;
}

/** A client that keeps its connection as long as the service does. */
class KeepingClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #service: ServiceProcess;

  constructor(service: ServiceProcess) {
    this.#service = service;
  }

  async ask(): Promise<Answered> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const url = `${this.#service.distribution}/readyz`;
    get(url, { agent: this.#agent }, resolve).once('error', reject);
    const { statusCode, headers } = await promise.then((answer) => answer.resume());
    assert.equal(statusCode, 200);
    const id = String(headers['x-request-id']);
    return { connection: headers.connection, pid: await loggedBy(this.#service, id) };
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function loggedBy(service: ServiceProcess, requestId: string): Promise<number> {
  const line = () => service.output.split('\n').find((one) => one.includes(requestId));
  await until(() => line() !== undefined);
  return (JSON.parse(line() ?? '') as { pid: number }).pid;
}

/** A service of which the workers are held as long as nobody lets them go on. */
async function startedWithHeld(workers: number, environment = {}) {
  const settings = { PKI_WORKERS: String(workers), ...environment };
  const service = await started(newHome(), settings);
  const held = familyOf(service.pid).filter((pid) => pid !== service.pid);
  for (const worker of held) process.kill(worker, 'SIGSTOP');
  assert.equal(held.length, workers);
  const release = (pids: readonly number[]) => {
    for (const worker of pids) process.kill(worker, 'SIGCONT');
    return until(() => pids.every((worker) => readyWorkers(service).includes(worker)));
  };
  return { service, held, release };
}

/** Asks over a new connection. */
async function askAnew(service: ServiceProcess): Promise<Answered> {
  const client = new KeepingClient(service);
  return client.ask().finally(() => client.close());
}

/** The early client is answered once more and then moves to a worker. */
async function assertMoves(client: KeepingClient, service: ServiceProcess): Promise<void> {
  assert.deepEqual(await client.ask(), { connection: 'close', pid: service.pid });
  const { connection, pid } = await client.ask();
  assert.equal(connection, 'keep-alive');
  assert.notEqual(pid, service.pid);
  client.close();
}

describe('while workers begin', () => {
  it('the first process answers, until all are ready; then clients that keep their connections move', async () => {
    const { service, held, release } = await startedWithHeld(3);
    const client = new KeepingClient(service);
    const byFirst = { connection: 'keep-alive', pid: service.pid };
    assert.deepEqual(await client.ask(), byFirst);
    await release(held.slice(1));
    assert.deepEqual(await client.ask(), byFirst);
    assert.deepEqual(await askAnew(service), byFirst);
    await release(held);
    await assertMoves(client, service);
    assert.equal((await service.stop()).status, 0);
  });

  it('one that is killed keeps nobody from the others', async () => {
    const { service, held, release } = await startedWithHeld(3);
    const client = new KeepingClient(service);
    assert.equal((await client.ask()).pid, service.pid);
    await release(held.slice(1));
    process.kill(held[0] ?? 0, 'SIGKILL');
    await until(() => service.output.includes('a worker has ended'));
    await assertMoves(client, service);
    assert.notEqual((await askAnew(service)).pid, service.pid);
    assert.equal((await service.stop()).status, 0);
  });

  it('one that hangs is replaced after a minute', async () => {
    const { service, held, release } = await startedWithHeld(2);
    await release(held.slice(1));
    assert.equal((await askAnew(service)).pid, service.pid);
    await until(() => readyWorkers(service).length === 2, HANG_MS);
    assert.match(service.output, /a worker was not ready in time/);
    assert.notEqual((await askAnew(service)).pid, service.pid);
    assert.equal((await service.stop()).status, 0);
  });

  it('one that the system does not let begin is replaced', async () => {
    const home = newHome();
    const preload = join(home.folder, 'preload.mjs');
    writeFileSync(preload, FAILING_FORK);
    const settings = { PKI_WORKERS: '2', NODE_OPTIONS: `--import=${preload}` };
    const service = await started(home, settings);
    await until(() => service.output.includes('a worker failed'));
    await until(() => readyWorkers(service).length === 2);
    assert.notEqual((await askAnew(service)).pid, service.pid);
    assert.equal((await service.stop()).status, 0);
  });

  it('what is sent ahead on a connection that closes is not carried out', async () => {
    const { service, held, release } = await startedWithHeld(2, { PKI_TLS: 'off' });
    const { hostname, port } = new URL(service.management);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    // Whoever asks after it was accepted after it.
    assert.equal((await askAnew(service)).pid, service.pid);
    await release(held);
    const body = JSON.stringify(serverCertificate('ahead.example.org'));
    const request = [
      'POST /v1/certificates HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${service.home.adminToken()}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      '',
      body,
    ];
    socket.write(request.join('\r\n').repeat(10));
    let answers = '';
    for await (const octets of socket) answers += String(octets);
    assert.equal(answers.match(/HTTP\/1\.1 201 /g)?.length, 1);
    assert.match(answers, /^Connection: close\r$/m);
    const listed = await call(service, '/v1/certificates');
    assert.equal(listed.text.split('"commonName":"ahead.example.org"').length - 1, 1);
    assert.equal((await service.stop()).status, 0);
  });

  it('nothing changes where the service is one process', async () => {
    const service = await started(newHome(), { PKI_WORKERS: '1' });
    const client = new KeepingClient(service);
    for (const _ of [1, 2, 3]) {
      assert.deepEqual(await client.ask(), { connection: 'keep-alive', pid: service.pid });
    }
    client.close();
    assert.equal((await service.stop()).status, 0);
  });
});
