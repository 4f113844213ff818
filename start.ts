import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Kysely } from 'kysely';
import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import { type Listener, listen } from './api/listener.ts';
import { type Composition, compose } from './compose.ts';
import { isInside, type Settings, SettingsError, shortPath } from './config.ts';
import { missingAuthorities } from './src/authority/missing-authorities.ts';
import { OwnCertificate } from './src/issuance/own-certificate.ts';
import { followFile } from './src/rotation/follow-file.ts';
import { encodeCertificates } from './src/x509/pem.ts';
import { openDataFolder, writeRoot } from './storage/data-folder.ts';
import { AuthorityRepository } from './storage/database/authority-repository.ts';
import { instanceId } from './storage/database/instance-id.ts';
import { openDatabase } from './storage/database/open-database.ts';
import type { Schema } from './storage/database/schema.ts';
import { destinationStores } from './storage/destination-stores.ts';
import { FileStore } from './storage/directory/file-store.ts';
import { AesGcmWrapping } from './storage/keys/aes-gcm-wrapping.ts';
import { adminToken, keyEncryptionKey } from './storage/keys/startup-secrets.ts';
import { SecretStore } from './storage/kubernetes/secret-store.ts';

const KUBERNETES_TIMEOUT_MS = 10_000;
/** How often the listener's own certificate and the authorities' remaining lives are looked at. */
const WATCH_INTERVAL_MS = 60_000;

const now = () => new Date();

/** The service at work. */
export interface Running {
  /** URLs, with the ports that were chosen. */
  readonly management: string;
  readonly distribution: string;
  readonly rootFile: string;
  /** Ends when the requests and passes under way have ended. */
  readonly stop: () => Promise<void>;
}

/** Brings everything up, in an order in which each step has what it needs. */
export async function start(settings: Settings, log: Logger): Promise<Running> {
  // 1. What lies on disk, and the parts, joined; none of them does anything yet.
  const dataDir = await explained('PKI_DATA_DIR', openDataFolder(settings.dataDir));
  const db = await explained('PKI_DATABASE_URL', openDatabase(settings.databaseFile));
  const { token, wrapping } = await openSecrets(settings, db, log);
  const instance = await instanceId(db, randomUUID);
  let isReady = false;
  const service = compose({
    db,
    wrapping,
    now,
    randomBytes,
    destinations: destinationStores({
      kubernetesSecret: new SecretStore({
        ...settings.kubernetes,
        timeoutMs: KUBERNETES_TIMEOUT_MS,
        instance,
      }),
      directory: new FileStore({ dataDir, instance }),
    }),
    log,
    adminToken: token,
    openapiYaml: readFileSync(new URL('openapi.yaml', import.meta.url), 'utf8'),
    publicRoots: rootCertificates,
    isReady: () => isReady,
  });

  // 2. The authorities and targets that the settings ask for, and the root for clients to trust.
  await prepare(settings, service, log);
  const root = await explained('PKI_TLS_AUTHORITY', rootOf(settings.tlsAuthority, service));
  const rootFile = writeRoot(dataDir, root);

  // 3. The listeners.
  const { ownCertificate, management, distribution } = await openListeners(settings, service, log);
  isReady = true;

  // 4. What goes on by itself from here.
  const rotations = schedule(settings.rotationSchedule, () => service.rotation.runScheduled());
  void service.rotation.runScheduled();
  const watch = startWatch(service, { log, ownCertificate, management, settings });
  const stop = async () => {
    isReady = false;
    clearInterval(watch);
    await rotations.destroy();
    await Promise.all([management.close(), distribution.close(), service.rotation.stop()]);
    await db.destroy();
  };
  return { management: management.url, distribution: distribution.url, rootFile, stop };
}

/** Both listeners; the management one with a certificate that is issued now. */
async function openListeners(settings: Settings, service: Composition, log: Logger) {
  const { tlsAuthority, tlsNames, managementListen, distributionListen } = settings;
  const issuerOf = (authority: string) => service.issuers.issuerOf(authority);
  const deps = { now, issuerOf, issue: service.issue };
  const logUnreadable = (request: object) => log.info(request, 'unreadable request');
  const ownCertificate = new OwnCertificate(deps, tlsAuthority, tlsNames);
  const tls = settings.isTlsOn
    ? await explained('PKI_TLS_AUTHORITY, PKI_TLS_NAMES', ownCertificate.renewIfDue())
    : undefined;
  const management = await explained(
    'PKI_MANAGEMENT_LISTEN',
    listen(service.management, { ...managementListen, tls, logUnreadable }),
  );
  const distribution = await explained(
    'PKI_DISTRIBUTION_LISTEN',
    listen(service.distribution, { ...distributionListen, logUnreadable }),
  );
  return { ownCertificate, management, distribution };
}

/** The secrets in files: a service that has authorities never makes a new key over their sealed ones. */
async function openSecrets(settings: Settings, db: Kysely<Schema>, log: Logger) {
  const { dataDir, adminTokenFile, keyEncryptionKeyFile } = settings;
  const hasAuthorities = (await new AuthorityRepository(db).list()).length > 0;
  const isKeyBesideData = isInside(keyEncryptionKeyFile, dataDir);
  const key = keyEncryptionKey({
    path: keyEncryptionKeyFile,
    setting: 'PKI_KEY_ENCRYPTION_KEY_FILE',
    mayMake: isKeyBesideData && !hasAuthorities,
  });
  const token = adminToken({
    path: adminTokenFile,
    setting: 'PKI_ADMIN_TOKEN_FILE',
    mayMake: isInside(adminTokenFile, dataDir),
  });
  for (const [file, { isReadableByOthers }] of [
    [keyEncryptionKeyFile, key],
    [adminTokenFile, token],
  ] as const) {
    if (isReadableByOthers)
      log.warn({ file: shortPath(file) }, 'everybody on this machine can read this file');
  }
  if ((statSync(dataDir).mode & 0o002) !== 0) {
    log.warn(
      { folder: shortPath(dataDir) },
      'everybody on this machine can write into this folder',
    );
  }
  if (isKeyBesideData) {
    const advice = 'in production keep it elsewhere: set PKI_KEY_ENCRYPTION_KEY_FILE';
    log.warn(`the key-encryption key lies beside the data that it seals; ${advice}`);
  }
  return { token: token.content, wrapping: new AesGcmWrapping(key.content, randomBytes) };
}

/** Says which setting a failure comes from. */
async function explained<T>(setting: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`${setting}: ${reason}`, { cause });
  }
}

async function prepare(settings: Settings, service: Composition, log: Logger): Promise<void> {
  const { listAuthorities, createAuthority: create, listTargets } = service;
  const existing = await listAuthorities();
  // A wrong key-encryption key is found out before anything is sealed under it.
  for (const { name } of existing) {
    const file = shortPath(settings.keyEncryptionKeyFile);
    const setting = `PKI_KEY_ENCRYPTION_KEY_FILE (${file}) does not open authority "${name}"`;
    await explained(setting, service.issuers.issuerOf(name));
  }
  for (const request of missingAuthorities(existing, settings.authorities)) {
    const setting = `PKI_CONFIG_FILE: authority "${request.name}"`;
    await explained(setting, create(request, { name: 'startup' }));
    log.info({ authority: request.name }, 'authority created');
  }
  const targets = { now, listTargets, followFile: service.followFile };
  await explained('PKI_CONFIG_FILE', followFile(targets, settings.rotationTargets));
}

async function rootOf(authority: string, service: Composition): Promise<string> {
  const path = await service.pathOf(authority);
  return encodeCertificates(path.slice(-1));
}

/** Renews the listener's certificate in time, and warns once of each authority that ends too soon. */
function startWatch(
  service: Composition,
  parts: { log: Logger; ownCertificate: OwnCertificate; management: Listener; settings: Settings },
): NodeJS.Timeout {
  const { log, ownCertificate, management, settings } = parts;
  const warned = new Set<string>();
  const look = async () => {
    const renewed = settings.isTlsOn ? await ownCertificate.renewIfDue() : undefined;
    if (renewed) management.replaceTls(renewed);
    for (const [name, { code, detail }] of await service.authorityWarnings()) {
      if (!warned.has(name)) log.warn({ authority: name, code }, detail);
      warned.add(name);
    }
  };
  const lookSafely = () => {
    look().catch((err: unknown) => log.error({ err }, 'the look at what ends soon failed'));
  };
  lookSafely();
  return setInterval(lookSafely, WATCH_INTERVAL_MS);
}
