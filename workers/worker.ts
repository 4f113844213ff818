import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { type Responder, respondWith, type TlsMaterial } from '../api/listener.ts';
import { openLog } from '../compose/log.ts';
import type { RotationSettings } from '../compose/rotation-settings.ts';
import type { FirstProcess } from '../compose/surroundings.ts';
import { ticker } from '../compose/ticker.ts';
import { type Composition, compose } from '../compose.ts';
import type { Profile } from '../src/issuance/profile.ts';
import { Profiles } from '../src/issuance/profiles.ts';
import { openDatabase } from '../storage/database/open-database.ts';
import { AesGcmWrapping } from '../storage/keys/aes-gcm-wrapping.ts';
import { type Channel, Link } from './link.ts';

export type ListenerName = 'management' | 'distribution';

/** All that a worker must know; it comes by the channel, since others can read an environment. */
export interface WorkerStart {
  readonly databaseFile: string;
  readonly commitWaitMs: number;
  readonly logLevel: string;
  readonly adminToken: string;
  readonly keyEncryptionKey: Uint8Array;
  readonly tls: TlsMaterial | undefined;
  readonly ticketKeys: Uint8Array;
  /** Those of the settings file. */
  readonly profiles: readonly Profile[];
  readonly publicUrl: string | undefined;
  readonly rotation: RotationSettings;
}

const now = () => new Date();

/**
 * A process that answers requests on connections which the first process accepts. It reads and writes the
 * database itself; rotation with its locks it asks of the first.
 */
class Worker {
  readonly #link: Link;
  #responders: Record<ListenerName, Responder> | undefined;
  #hasStarted: Promise<void> | undefined;
  #service: Composition | undefined;

  constructor(channel: Channel) {
    this.#link = new Link(channel, {
      start: (start: WorkerStart) => (this.#hasStarted = this.#start(start)),
      respond: (listener: ListenerName, connection: Socket) => {
        this.#responders?.[listener].respond(connection);
        return Promise.resolve();
      },
      replaceTls: async (tls: TlsMaterial) => {
        await this.#hasStarted;
        this.#responders?.management.replaceTls(tls);
      },
      metrics: () => this.#service?.metrics.values() ?? Promise.resolve([]),
      ping: () => Promise.resolve(),
      stop: () => this.#stop(),
    });
  }

  async #start(start: WorkerStart): Promise<void> {
    const log = openLog(start.logLevel);
    const firstProcess = this.#firstProcess();
    const service = compose({
      db: await openDatabase(start.databaseFile, firstProcess.shortenLog),
      commitWaitMs: start.commitWaitMs,
      wrapping: new AesGcmWrapping(start.keyEncryptionKey, randomBytes),
      now,
      ticks: ticker.ticks,
      randomBytes,
      log,
      adminToken: start.adminToken,
      openapiYaml: readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'),
      publicRoots: rootCertificates,
      profiles: new Profiles(start.profiles),
      publicUrl: start.publicUrl,
      rotation: start.rotation,
      isReady: () => true,
      firstProcess,
    });
    const logUnreadable = (request: object) => log.info(request, 'unreadable request');
    const { tls, ticketKeys } = start;
    this.#service = service;
    this.#responders = {
      management: respondWith(service.management, {
        tls,
        ticketKeys: Buffer.from(ticketKeys),
        logUnreadable,
      }),
      distribution: respondWith(service.distribution, { logUnreadable }),
    };
  }

  #firstProcess(): FirstProcess {
    const link = this.#link;
    return {
      createTarget: (...args) => link.ask('createTarget', args),
      replaceTarget: (...args) => link.ask('replaceTarget', args),
      deleteTarget: (...args) => link.ask('deleteTarget', args),
      rotate: (...args) => link.ask('rotate', args),
      run: (...args) => link.ask('run', args),
      rollBack: (...args) => link.ask('rollBack', args),
      preflightOfTarget: (...args) => link.ask('preflightOfTarget', args),
      sdsStatuses: (...args) => link.ask('sdsStatuses', args),
      coverage: () => link.ask('coverage', []),
      keysInUse: {
        take: (id) => link.ask('takeKey', [id]),
        // A first process that has ended has no marks any more.
        giveBack: (id) => link.ask<void>('giveKeyBack', [id]).catch(() => undefined),
      },
      metricsText: () => link.ask('metricsText', []),
      shortenLog: () => link.ask('shortenLog', []),
    };
  }

  async #stop(): Promise<void> {
    const { management, distribution } = this.#responders ?? {};
    this.#service?.stopUnlocking();
    await Promise.all([management?.close(), distribution?.close()]);
  }
}

// Who ends the service ends the first process, which then ends this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
new Worker(process);
