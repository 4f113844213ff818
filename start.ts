import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Logger } from 'pino';
import type { MetricValues } from './api/metrics.ts';
import { explained } from './compose/explained.ts';
import { composeFirst, type FirstComposition } from './compose/first-process.ts';
import { followTargets } from './compose/follow-targets.ts';
import { listenForSds } from './compose/listen-for-sds.ts';
import { type OpenDestinations, openDestinations } from './compose/open-destinations.ts';
import { type OpenDiscovery, openDiscovery, secretNamespacesOf } from './compose/open-discovery.ts';
import { openLeadership } from './compose/open-leadership.ts';
import { openSecrets } from './compose/open-secrets.ts';
import { schedulePasses } from './compose/schedule-passes.ts';
import { startWatch } from './compose/start-watch.ts';
import { ticker } from './compose/ticker.ts';
import { writtenRoot } from './compose/written-root.ts';
import { type DeclaredSettings, type Settings, shortPath } from './config.ts';
import { isCertified } from './src/authority/authority.ts';
import { missingAuthorities } from './src/authority/missing-authorities.ts';
import { OwnCertificate } from './src/issuance/own-certificate.ts';
import { Profiles } from './src/issuance/profiles.ts';
import { openDataFolder } from './storage/data-folder.ts';
import type { Database } from './storage/database/database.ts';
import { openDatabase } from './storage/database/open-database.ts';
import { handlersOf } from './workers/handlers.ts';
import { openListeners } from './workers/listeners.ts';
import { Workers } from './workers/workers.ts';

/** Of TLS session tickets, as Node has them. */
const TICKET_KEY_OCTETS = 48;

const now = () => new Date();

/** The service at work. */
export interface Running {
  /** URLs, with the ports that were chosen. */
  readonly management: string;
  readonly distribution: string;
  /** Host and port; absent where no secrets are handed out. */
  readonly sds: string | undefined;
  /** Absent while the authority whose root it is to hold awaits its certificate. */
  readonly rootFile: string | undefined;
  /** Ends when the requests and passes under way have ended. */
  readonly stop: () => Promise<void>;
}

/** Brings everything up, in an order in which each step has what it needs. */
export async function start(declared: DeclaredSettings, log: Logger): Promise<Running> {
  // The targets are in the database from here on, and thousands need not be kept in memory as well.
  const { rotationTargets, placeOf, ...settings } = declared;
  // 1. What lies on disk, and the parts, joined; none of them does anything yet.
  const dataDir = await explained('PKI_DATA_DIR', openDataFolder(settings.dataDir));
  const db = await explained('PKI_DATABASE_URL', openDatabase(settings.databaseFile));
  const secrets = await openSecrets(settings, db, log);
  const state = newState();
  const places = await openPlaces(settings, { db, secrets, dataDir, state, log });
  const service = composed(settings, { db, secrets, places, state, log });
  state.secretChanged = service.sds.service.targetChanged;

  // 2. The authorities and targets that the settings ask for, and the root for clients to trust.
  await prepare(settings, service, log);
  await followTargets({ now, ...service }, { rotationTargets, placeOf });
  service.releaseMemory();
  let rootFile = await writtenRoot(settings, { service, dataDir });
  if (rootFile === undefined)
    log.warn('root.pem is written once PKI_TLS_AUTHORITY has a certificate');

  // 3. The listeners, and the processes that answer besides this one.
  const common = { service, db, secrets, state, log };
  const { listeners, sds, close, renewOwnCertificate } = await listen(settings, common);
  state.isReady = true;

  // 4. What goes on by itself from here.
  places.tell(service.watched);
  await service.watched.refresh();
  const onLead = () => void service.runScheduled();
  const { kubernetes, lease } = settings;
  const leadership = await openLeadership({ db, kubernetes, lease, now, log, onLead });
  state.leads = leadership.leads;
  const passes = schedulePasses(settings.rotation.schedule, () => leadership.leads() && onLead());
  const rules = settings.discovery;
  state.discovery = openDiscovery({ ...service, ...places, ...leadership, kubernetes, rules, log });
  const watch = startWatch({ ...service, ...places }, log, async () => {
    rootFile ??= await writtenRoot(settings, { service, dataDir });
    await renewOwnCertificate();
  });
  const stop = async () => {
    state.isReady = false;
    clearInterval(watch);
    await passes.destroy();
    service.watched.stop();
    await state.discovery?.stop();
    await close();
    await Promise.all([service.rotation.stop(), service.proofs.stop()]);
    await leadership.stop();
    await places.stop();
    await db.destroy();
  };
  const { management, distribution } = listeners;
  return { management, distribution, sds: sds?.authority, rootFile, stop };
}

/** What becomes known only after the parts are joined. */
interface State {
  isReady: boolean;
  /** Whether this is the replica that rotates. */
  leads: () => boolean;
  /** Told of a target for SDS once what it holds has changed. */
  secretChanged: (target: string) => void;
  workers: Workers | undefined;
  discovery?: OpenDiscovery;
}

function newState(): State {
  const nothing = () => undefined;
  return { isReady: false, leads: () => false, secretChanged: nothing, workers: undefined };
}

type Secrets = Awaited<ReturnType<typeof openSecrets>>;

function openPlaces(
  settings: Settings,
  parts: { db: Database; secrets: Secrets; dataDir: string; state: State; log: Logger },
): Promise<OpenDestinations> {
  const { db, secrets, dataDir, state, log } = parts;
  const { wrapping } = secrets;
  const seen = secretNamespacesOf(settings.discovery);
  const secretChanged = (target: string) => state.secretChanged(target);
  return openDestinations({ ...settings, db, wrapping, dataDir, log, seen, secretChanged });
}

function composed(
  settings: Settings,
  parts: { db: Database; secrets: Secrets; places: OpenDestinations; state: State; log: Logger },
): FirstComposition {
  const { db, secrets, places, state, log } = parts;
  return composeFirst({
    db,
    commitWaitMs: settings.commitWaitMs,
    wrapping: secrets.wrapping,
    now,
    ticks: ticker.ticks,
    randomBytes,
    destinations: places.destinations,
    followDestinations: places.followDestinations,
    clockOffsets: places.clockOffsets,
    places: places.served,
    log,
    adminToken: secrets.token,
    openapiYaml: readFileSync(new URL('openapi.yaml', import.meta.url), 'utf8'),
    publicRoots: rootCertificates,
    profiles: new Profiles(settings.profiles),
    publicUrl: settings.publicUrl,
    rotation: settings.rotation,
    isReady: () => state.isReady,
    leads: () => state.leads(),
    coverage: () => state.discovery?.report() ?? { findings: [], sources: [] },
    otherMetrics: async () => (await state.workers?.askAll<MetricValues>('metrics')) ?? [],
  });
}

/** The listeners, those with TLS with a certificate that is issued now, and the workers. */
async function listen(
  settings: Settings,
  parts: { service: FirstComposition; db: Database; secrets: Secrets; state: State; log: Logger },
) {
  const { service, db, secrets, state, log } = parts;
  const { databaseFile, commitWaitMs, logLevel, isTlsOn, profiles, publicUrl } = settings;
  const { rotation, sdsListen } = settings;
  const ownCertificate = ownCertificateOf(settings, service);
  const isTlsUsed = isTlsOn || sdsListen !== undefined;
  const issued = isTlsUsed ? ownCertificate.renewIfDue() : Promise.resolve(undefined);
  const own = await explained('PKI_TLS_AUTHORITY, PKI_TLS_NAMES', issued);
  let tls = isTlsOn ? own : undefined;
  const ticketKeys = randomBytes(TICKET_KEY_OCTETS);
  const { token: adminToken, keyEncryptionKey } = secrets;
  const known = {
    databaseFile,
    commitWaitMs,
    logLevel,
    adminToken,
    keyEncryptionKey,
    ticketKeys,
    profiles,
    publicUrl,
    rotation,
  };
  const workers = new Workers(settings.workers === 1 ? 0 : settings.workers, {
    start: () => ({ ...known, tls }),
    handlersUntil: handlersOf(service.firstProcess),
    log,
  });
  const { managementListen: management, distributionListen: distribution } = settings;
  const listeners = await openListeners(
    { management, distribution },
    {
      apps: service,
      tls,
      ticketKeys,
      workers,
      logUnreadable: (request) => log.info(request, 'unreadable request'),
      explained: (name, work) => explained(`PKI_${name.toUpperCase()}_LISTEN`, work),
    },
  );
  const sds = sdsListen && own && (await listenForSds(sdsListen, { db, tls: own, ...service.sds }));
  workers.begin();
  state.workers = workers;
  const renewOwnCertificate = async () => {
    const renewed = isTlsUsed ? await ownCertificate.renewIfDue() : undefined;
    if (!renewed) return;
    sds?.replaceTls(renewed);
    if (!isTlsOn) return;
    tls = renewed;
    await listeners.replaceTls(renewed);
  };
  const close = () => {
    service.stopUnlocking();
    return Promise.all([listeners.close(), sds?.close()]);
  };
  return { listeners, sds, close, renewOwnCertificate };
}

/** The certificate that the management listener serves; it is issued when it is first asked for. */
function ownCertificateOf(settings: Settings, service: FirstComposition): OwnCertificate {
  const issuerOf = (authority: string) => service.issuers.issuerOf(authority);
  const { leafProfileOf } = new Profiles(settings.profiles);
  const deps = { now, leafProfileOf, issuerOf, issue: service.issue };
  return new OwnCertificate(deps, settings.tlsAuthority, settings.tlsNames);
}

async function prepare(settings: Settings, service: FirstComposition, log: Logger): Promise<void> {
  const { listAuthorities, createAuthority: create } = service;
  const existing = await listAuthorities();
  // A wrong key-encryption key is found out before anything is sealed under it.
  for (const authority of existing) {
    const file = shortPath(settings.keyEncryptionKeyFile);
    const setting = `PKI_KEY_ENCRYPTION_KEY_FILE (${file}) does not open authority "${authority.name}"`;
    await explained(setting, service.issuers.assertKeyOpens(authority));
  }
  for (const request of missingAuthorities(existing, settings.authorities)) {
    const setting = `PKI_CONFIG_FILE: authority "${request.name}"`;
    const authority = await explained(setting, create(request, { name: 'startup' }));
    if (isCertified(authority)) log.info({ authority: authority.name }, 'authority created');
    else log.warn({ authority: authority.name }, 'the authority awaits its certificate');
  }
}
