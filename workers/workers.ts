import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { execArgv } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TlsMaterial } from '../api/listener.ts';
import { DEADLINES, type Deadlines } from './deadlines.ts';
import { Heartbeat } from './heartbeat.ts';
import { type Handlers, Link } from './link.ts';
import type { ListenerName, WorkerStart } from './worker.ts';

/** A worker that ends by itself is replaced, but not in a hurry: it might do it again. */
const RESTART_DELAY_MS = 1_000;

/**
 * In MiB. By itself V8 gives young objects 96 MiB, which is more than all else that a worker holds, and issues no more
 * certificates with it: what a request needs is garbage with its answer. `npm start` gives the first process as much.
 */
const YOUNG_OBJECTS = '--max-semi-space-size=8';

interface Worker {
  readonly process: ChildProcess;
  readonly link: Link;
  /** Begins once it is ready. */
  readonly heartbeat: Heartbeat;
  isReady: boolean;
}

/** The processes that answer requests besides this one, and the connections that they are given. */
export class Workers {
  readonly #count: number;
  readonly #start: () => WorkerStart;
  readonly #handlersUntil: (end: Promise<unknown>) => Handlers;
  readonly #log: Logger;
  readonly #deadlines: Deadlines;
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
    deadlines: Deadlines = DEADLINES,
  ) {
    this.#count = count;
    this.#start = parts.start;
    this.#handlersUntil = parts.handlersUntil;
    this.#log = parts.log;
    this.#deadlines = deadlines;
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

  /** What every worker answers to `what`; those that cannot, or not in time, are left out. */
  async askAll<T>(what: string, ...args: readonly unknown[]): Promise<readonly T[]> {
    const answers: T[] = [];
    const asked = this.#ready.map(async ({ link }) => {
      answers.push(await link.ask<T>(what, args));
    });
    const deadline = pause(this.#deadlines.answerMs, undefined, { ref: false });
    await Promise.race([Promise.allSettled(asked), deadline]);
    return [...answers];
  }

  /** Has every worker serve another certificate; one that has yet to become ready was told of the former one. */
  async replaceTls(tls: TlsMaterial): Promise<void> {
    await Promise.allSettled(this.#workers.map(({ link }) => link.ask('replaceTls', [tls])));
  }

  /** Ends all workers once they have answered the requests in flight, or have had the time for it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#workers.map((worker) => this.#stop(worker)));
  }

  async #stop({ process, link, isReady }: Worker): Promise<void> {
    const { closeMs, endMs } = this.#deadlines;
    const giveUp = () => this.#giveUp(process, 'a worker did not stop in time');
    const exit = once(process, 'exit');
    const closeDeadline = setTimeout(giveUp, closeMs);
    if (isReady) await link.ask('stop', []).catch(() => undefined);
    clearTimeout(closeDeadline);
    // Without its channel a worker ends by itself, and so with all that is done at an end.
    if (process.connected) process.disconnect();
    const endDeadline = setTimeout(giveUp, endMs);
    await exit;
    clearTimeout(endDeadline);
  }

  /** Ends one that hangs: whoever is stopped, or never looks at its events, hears of no other signal. */
  #giveUp(process: ChildProcess, why: string): void {
    this.#log.error({ worker: process.pid }, why);
    process.kill('SIGKILL');
  }

  get #ready(): readonly Worker[] {
    return this.#workers.filter(({ isReady, heartbeat }) => isReady && !heartbeat.isDoubted);
  }

  #spawn(): void {
    const process = fork(new URL('worker.ts', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [...execArgv, YOUNG_OBJECTS],
    });
    const handlers = this.#handlersUntil(new Promise((end) => process.once('exit', end)));
    const link = new Link(process, handlers);
    const heartbeat = new Heartbeat(
      () => link.ask('ping', []),
      this.#deadlines,
      () => this.#giveUp(process, 'a worker no longer answers'),
    );
    const worker: Worker = { process, link, heartbeat, isReady: false };
    this.#workers.push(worker);
    process.once('exit', (status, signal) => this.#onExit(worker, { status, signal }));
    process.on('error', (err) => {
      this.#log.error({ err, worker: process.pid }, 'a worker failed');
      // One that never began does not end either.
      if (process.pid === undefined) this.#onExit(worker, { status: null, signal: null });
    });
    const deadline = setTimeout(
      () => this.#giveUp(process, 'a worker was not ready in time'),
      this.#deadlines.startMs,
    ).unref();
    link.ask('start', [this.#start()]).then(
      () => {
        clearTimeout(deadline);
        worker.isReady = true;
        heartbeat.begin();
        if (this.#workers.every(({ isReady }) => isReady)) this.#isBeginning = false;
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
    worker.heartbeat.end();
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
