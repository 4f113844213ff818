import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { newHome, type ServiceProcess, started } from './service-process.ts';

const PATIENCE_MS = 30_000;

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
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(5)) {
    const line = service.output.split('\n').find((one) => one.includes(requestId));
    if (line) return (JSON.parse(line) as { pid: number }).pid;
  }
  return assert.fail('nobody logged it');
}

async function allReady(service: ServiceProcess, workers: number): Promise<void> {
  const count = () => service.output.split('"worker ready"').length - 1;
  for (const end = Date.now() + PATIENCE_MS; count() < workers; await pause(5)) {
    assert.ok(Date.now() < end, 'they did not become ready');
  }
}

describe('a connection that came before the workers were ready', () => {
  it('is closed with its next answer, so that a worker serves the client from then on', async () => {
    const service = await started(newHome(), { PKI_WORKERS: '2' });
    const client = new KeepingClient(service);
    assert.deepEqual(await client.ask(), { connection: 'keep-alive', pid: service.pid });
    await allReady(service, 2);
    assert.deepEqual(await client.ask(), { connection: 'close', pid: service.pid });
    const { connection, pid } = await client.ask();
    assert.equal(connection, 'keep-alive');
    assert.notEqual(pid, service.pid);
    client.close();
    assert.equal((await service.stop()).status, 0);
  });

  it('and those that follow are for all workers, not for the first that is ready', async () => {
    const service = await started(newHome(), { PKI_WORKERS: '3' });
    const clients: KeepingClient[] = [];
    const pids: number[] = [];
    const isEarly = () => service.output.split('"worker ready"').length - 1 < 3;
    while (isEarly()) {
      const client = new KeepingClient(service);
      clients.push(client);
      const { pid } = await client.ask();
      // The last may have become ready meanwhile.
      if (isEarly()) pids.push(pid);
    }
    assert.deepEqual(new Set(pids), new Set([service.pid]));
    for (const client of clients) client.close();
    assert.equal((await service.stop()).status, 0);
  });

  it('is kept where the service is one process', async () => {
    const service = await started(newHome(), { PKI_WORKERS: '1' });
    const client = new KeepingClient(service);
    for (const _ of [1, 2, 3]) {
      assert.deepEqual(await client.ask(), { connection: 'keep-alive', pid: service.pid });
    }
    client.close();
    assert.equal((await service.stop()).status, 0);
  });
});
