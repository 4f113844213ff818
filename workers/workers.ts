import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { execArgv } from 'node:process';
import type { Logger } from 'pino';
import type { TlsMaterial } from '../api/listener.ts';
import { type Handlers, Link } from './link.ts';
import type { ListenerName, WorkerStart } from './worker.ts';

/** A worker that ends by itself is replaced, but not in a hurry: it might do it again. */
const RESTART_DELAY_MS = 1_000;

/**
 * In MiB. By itself V8 gives young objects 96 MiB, which is more than all else that a worker holds, and issues no more
 * certificates with it: what a request needs is garbage with its answer. `npm start` gives the first process as much.
 */
const YOUNG_OBJECTS = '--max-semi-space-size=8';

/** One that is not ready by then hangs, even where many share a slow core; it is ended, and so replaced. */
const START_DEADLINE_MS = 60_000;

/** For what is left to do once no request is in flight. */
const END_DEADLINE_MS = 5_000;

interface Worker {
  readonly process: ChildProcess;
  readonly link: Link;
  isReady: boolean;
}

/** The processes that answer requests besides this one, and the connections that they are given. */
export class Workers {
  readonly #count: number;
  readonly #start: () => WorkerStart;
  readonly #handlersUntil: (end: Promise<unknown>) => Handlers;
  readonly #log: Logger;
  #workers: Worker[] = [];
  #next = 0;
  /** Until all are ready, or one has ended: the first that is ready would be given what is for all. */
  #isBeginning = true;
  #isStopping = false;

  /** `start` is what a worker is told first; `handlersUntil` its end, they answer what it asks of this process. */
  constructor(
    count: number,
    parts: {
      readonly start: () => WorkerStart;
      readonly handlersUntil: (end: Promise<unknown>) => Handlers;
      readonly log: Logger;
    },
  ) {
    this.#count = count;
    this.#start = parts.start;
    this.#handlersUntil = parts.handlersUntil;
    this.#log = parts.log;
  }

  /** Starts all workers, and waits for none. */
  begin(): void {
    for (let count = 0; count < this.#count; count += 1) this.#spawn();
  }

  /** Whether connections are for them: not while they begin, nor while none is ready. */
  get takeConnections(): boolean {
    return !this.#isBeginning && this.#ready.length > 0;
  }

  /** Hands a connection to the worker whose turn it is; false where it is not for them. */
  take(listener: ListenerName, connection: Socket): boolean {
    const ready = this.#ready;
    const worker = ready[this.#next % Math.max(1, ready.length)];
    if (!worker || !this.takeConnections) return false;
    this.#next += 1;
    const close = () => connection.destroy();
    // The worker has its own hold on it by then, or is dead, and nobody is to wait for that.
    worker.link.ask('respond', [listener], connection).then(close, close);
    return true;
  }

  /** What every worker answers to `what`; those that cannot answer are left out. */
  async askAll<T>(what: string, ...args: readonly unknown[]): Promise<readonly T[]> {
    const answers = await Promise.allSettled(
      this.#ready.map(({ link }) => link.ask<T>(what, args)),
    );
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** Has every worker serve another certificate; one that has yet to become ready was told of the former one. */
  async replaceTls(tls: TlsMaterial): Promise<void> {
    await Promise.allSettled(this.#workers.map(({ link }) => link.ask('replaceTls', [tls])));
  }

  /** Ends all workers once they have answered the requests in flight. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(
      this.#workers.map(async ({ process, link, isReady }) => {
        const exit = once(process, 'exit');
        if (isReady) await link.ask('stop', []).catch(() => undefined);
        // Without its channel a worker ends by itself, and so with all that is done at an end.
        if (process.connected) process.disconnect();
        const deadline = setTimeout(() => process.kill('SIGKILL'), END_DEADLINE_MS);
        await exit;
        clearTimeout(deadline);
      }),
    );
  }

  get #ready(): readonly Worker[] {
    return this.#workers.filter(({ isReady }) => isReady);
  }

  #spawn(): void {
    const process = fork(new URL('worker.ts', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [...execArgv, YOUNG_OBJECTS],
    });
    const handlers = this.#handlersUntil(new Promise((end) => process.once('exit', end)));
    const worker: Worker = { process, link: new Link(process, handlers), isReady: false };
    this.#workers.push(worker);
    process.once('exit', (status, signal) => this.#onExit(worker, { status, signal }));
    process.on('error', (err) => {
      this.#log.error({ err, worker: process.pid }, 'a worker failed');
      // One that never began does not end either.
      if (process.pid === undefined) this.#onExit(worker, { status: null, signal: null });
    });
    const deadline = setTimeout(() => {
      this.#log.error({ worker: process.pid }, 'a worker was not ready in time');
      process.kill('SIGKILL');
    }, START_DEADLINE_MS).unref();
    worker.link.ask('start', [this.#start()]).then(
      () => {
        clearTimeout(deadline);
        worker.isReady = true;
        if (this.#ready.length === this.#count) this.#isBeginning = false;
        this.#log.info({ worker: process.pid }, 'worker ready');
      },
      (err: unknown) => {
        clearTimeout(deadline);
        if (this.#isStopping) return;
        this.#log.error({ err, worker: process.pid }, 'a worker could not start');
        process.kill('SIGKILL');
      },
    );
  }

  #onExit(worker: Worker, end: { status: number | null; signal: string | null }): void {
    if (!this.#workers.includes(worker)) return;
    worker.isReady = false;
    this.#isBeginning = false;
    worker.link.end();
    this.#workers = this.#workers.filter((other) => other !== worker);
    if (this.#isStopping) return;
    this.#log.error({ ...end, worker: worker.process.pid }, 'a worker has ended; it is replaced');
    setTimeout(() => {
      if (!this.#isStopping) this.#spawn();
    }, RESTART_DELAY_MS);
  }
}
