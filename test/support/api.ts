import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after } from 'node:test';
import { rootCertificates } from 'node:tls';
import type { Express } from 'express';
import { pino } from 'pino';
import { composeFirst } from '../../compose/first-process.ts';
import { missingAuthorities } from '../../src/authority/missing-authorities.ts';
import type { Certificate } from '../../src/certificate.ts';
import type { CoverageReport } from '../../src/discovery/report.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { followFile } from '../../src/rotation/follow-file.ts';
import { NO_LIMITS } from '../../src/rotation/schedule/limits.ts';
import type { TargetDeclaration } from '../../src/rotation/target-declaration.ts';
import { openDatabase } from '../../storage/database/open-database.ts';
import { SdsStore } from '../../storage/database/sds-store.ts';
import { AesGcmWrapping } from '../../storage/keys/aes-gcm-wrapping.ts';
import { openPlaces } from '../../storage/serving/open-places.ts';
import { ApiClient } from './api-client.ts';
import { ChangingProfiles } from './changing-profiles.ts';
import { type Listener, openapiYaml } from './documented-operations.ts';
import { FakeDestinations } from './fake-destinations.ts';
import { repositories } from './repositories.ts';

/** The instant at which the tests of the API begin. */
const START = new Date('2030-06-15T12:00:00Z');

/** A clock that stands still until a test moves it, and another one that nobody sets. */
class Clock {
  #now = START;
  #ticks = 0;

  readonly now = (): Date => this.#now;
  readonly ticks = (): number => this.#ticks;

  /** Time goes by. */
  advance(milliseconds: number): void {
    this.#ticks += milliseconds;
    this.setBy(milliseconds);
  }

  /** Somebody sets the clock, ahead or back. */
  setBy(milliseconds: number): void {
    this.#now = new Date(this.#now.getTime() + milliseconds);
  }
}

/** The service as one test file has it: its own database, folder, clock and authorities. */
export interface World {
  readonly api: ApiClient;
  /** The management listener, for what is no single request and answer. */
  readonly url: string;
  readonly adminToken: string;
  readonly distribution: ApiClient;
  readonly clock: Clock;
  /** A new directory for a target to write to. */
  readonly newDirectory: () => string;
  /** Makes these the targets of the settings file. */
  readonly declareInFile: (...targets: readonly TargetDeclaration[]) => Promise<void>;
  /** Declares a target as discovery does. */
  readonly declareInCluster: (target: TargetDeclaration) => Promise<void>;
  /** What discovery finds, as a test says. */
  readonly coverage: { report: CoverageReport };
  /** Makes these the profiles of the settings file, beside the built-in ones. */
  readonly declareProfiles: (...profiles: readonly Profile[]) => void;
  /** Whether the probes are told that the service is ready. */
  readonly readiness: { isReady: boolean };
  /** Puts a certificate into the records beside all issuing, as imports do. */
  readonly recordCertificate: (certificate: Certificate) => Promise<void>;
  /** The certificates in the records that have this serial number. */
  readonly recorded: (serialNumber: string) => Promise<readonly Certificate[]>;
  /** Ends the database under the running service. */
  readonly breakDatabase: () => Promise<void>;
  /** The listeners themselves. */
  readonly apps: Readonly<Record<Listener, Express>>;
  /** Everything that was logged, line by line. */
  readonly log: readonly string[];
}

/** What a test file sets otherwise than the service does by itself. */
export interface ApiSettings {
  readonly profiles?: readonly Profile[];
  readonly publicUrl?: string;
  /** Whether there is a listener for secrets, as far as targets are told; no test of the API opens one. */
  readonly isSdsServed?: boolean;
}

/**
 * Starts the real service, in this process and on loopback, for the test file that calls this;
 * `root` and `issuing` are there already, as after a first start.
 */
export async function startApi({
  profiles = [],
  publicUrl,
  isSdsServed = true,
}: ApiSettings = {}): Promise<World> {
  const changing = new ChangingProfiles(profiles);
  const folder = newFolder();
  const clock = new Clock();
  const readiness = { isReady: true };
  const coverage: World['coverage'] = { report: { findings: [], sources: [] } };
  const log: string[] = [];
  const adminToken = randomBytes(32).toString('base64url');
  const db = await openDatabase(':memory:');
  const wrapping = new AesGcmWrapping(randomBytes(32), randomBytes);
  const sds = new SdsStore(db, {
    commit: (statements) => db.transact(statements),
    wrapping,
    instance: 'this-service',
    isServed: isSdsServed,
    changed: () => undefined,
  });
  const service = composeFirst({
    db,
    wrapping,
    now: clock.now,
    ticks: clock.ticks,
    randomBytes,
    destinations: new FakeDestinations(
      { dataDir: newDirectoryIn(folder, 'data'), instance: 'this-service' },
      sds,
    ),
    places: openPlaces({ kubeconfigFiles: [], timeoutMs: 1_000 }),
    log: pino({ level: 'trace' }, linesInto(log)),
    adminToken,
    openapiYaml,
    publicRoots: rootCertificates,
    isReady: () => readiness.isReady,
    profiles: changing,
    publicUrl,
    rotation: { limits: NO_LIMITS, window: undefined, schedule: '*/5 * * * *' },
    coverage: () => coverage.report,
  });
  for (const request of missingAuthorities([], undefined)) {
    await service.createAuthority(request, { name: 'startup' });
  }
  after(async () => {
    await Promise.all([service.rotation.stop(), service.proofs.stop()]);
    await db.destroy();
  });
  const kept = repositories(db, clock.now);
  let directories = 0;
  const management = await listening(service.management);
  const { port } = management.address() as AddressInfo;
  return {
    api: new ApiClient(management, 'management', adminToken),
    url: `http://127.0.0.1:${port}`,
    adminToken,
    distribution: new ApiClient(await listening(service.distribution), 'distribution', null),
    clock,
    newDirectory: () => newDirectoryIn(folder, `directory-${++directories}`),
    declareInFile: (...targets) => followFile({ ...service, now: clock.now }, targets),
    declareInCluster: async (target) => {
      await service.createTarget(target, { name: 'discovery' });
    },
    coverage,
    declareProfiles: (...today) => changing.declare(...today),
    readiness,
    recordCertificate: (certificate) => kept.records.record({ certificate, auditEntries: [] }),
    recorded: kept.certificates.find,
    breakDatabase: () => db.destroy(),
    apps: { management: service.management, distribution: service.distribution },
    log,
  };
}

async function listening(app: RequestListener): Promise<Server> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

/** Canonical, since a target's path must be. */
function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certwright-api-')));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function newDirectoryIn(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function linesInto(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
}
