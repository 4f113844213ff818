import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationFiles } from '../../../src/rotation/destination.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { SdsStore } from '../../../storage/database/sds-store.ts';
import { AesGcmWrapping } from '../../../storage/keys/aes-gcm-wrapping.ts';
import { Certwright, type TargetStatus } from './certwright.ts';
import { freePort } from './free-port.ts';
import { type Service, startService } from './service.ts';
import type { World } from './world.ts';

/** A Certwright that hands secrets out, at a port that stays its own when it is started again. */
export interface SdsWorld {
  readonly certwright: Certwright;
  readonly port: number;
  readonly restart: () => Promise<SdsWorld>;
}

/** What a target for SDS says of those who have it. */
export interface SdsTargetStatus extends TargetStatus {
  readonly sds: {
    readonly streams: number;
    readonly subscribers: readonly {
      readonly resource: string;
      readonly node: string | null;
      readonly uri: string;
      readonly address: string;
      readonly version: string | null;
      readonly state: string;
      readonly error?: string;
    }[];
  };
}

export async function startSdsWorld(world: World): Promise<SdsWorld> {
  const port = await freePort();
  const settings = { PKI_SDS_LISTEN: `127.0.0.1:${port}` };
  const begin = async (before?: Service): Promise<SdsWorld> => {
    const data = before ? { dataFolder: before.dataFolder } : {};
    const service = await startService(world, { settings, ...data });
    return { certwright: new Certwright(service), port, restart: () => begin(service) };
  };
  return begin();
}

/** The request for a target that Envoy asks for under its name. */
export function sdsTarget(
  name: string,
  { spec = {}, destination = {} }: { readonly spec?: object; readonly destination?: object } = {},
) {
  const usual = {
    name,
    authority: 'issuing',
    profile: 'server',
    dnsNames: [`${name}.example.org`],
  };
  return { ...usual, validity: '30d', ...spec, destination: { type: 'sds', ...destination } };
}

/** A folder with a client certificate for `uri`, its key, and the root: all that Envoy needs to ask. */
export async function newClientFolder(
  world: World,
  certwright: Certwright,
  request: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { service } = certwright;
  const usual = { authority: 'issuing', profile: 'client' };
  const issued = await certwright.issue({ ...usual, ...request });
  const folder = mkdtempSync(join(world.folder, 'sds-client-'));
  writeFileSync(join(folder, 'client.crt'), issued.certificate + issued.chain);
  writeFileSync(join(folder, 'client.key'), issued.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'root.pem'), readFileSync(service.rootFile));
  return folder;
}

export async function sdsStatus(certwright: Certwright, name: string): Promise<SdsTargetStatus> {
  return (await certwright.targetStatus(name)) as SdsTargetStatus;
}

/** Puts `change` of what a target holds into the running service's database, past all that it checks. */
export async function writePastChecks(
  { service }: Certwright,
  name: string,
  change: (files: DestinationFiles) => DestinationFiles,
): Promise<void> {
  const db = await openDatabase(join(service.dataFolder, 'certwright.db'));
  const key = readFileSync(join(service.dataFolder, 'key-encryption-key'));
  const { id: instance } = await db.selectFrom('instance').select('id').executeTakeFirstOrThrow();
  const store = new SdsStore(db, {
    commit: (statements) => db.transact(statements),
    wrapping: new AesGcmWrapping(key, randomBytes),
    instance,
    isServed: true,
    changed: () => undefined,
  });
  const destination = {
    ...({ type: 'sds', name, includeRoot: true } as const),
    ...({ clientAuthorities: [], clientTrust: 'issuer' } as const),
  };
  const found = await store.read(destination);
  if (found.kind !== 'present') throw new Error(`target ${name} holds nothing`);
  const files = change(found.files as DestinationFiles);
  const revision = found.revision + 1;
  const about = { targetName: name, revision, serialNumber: '00', notAfter: new Date() };
  await store.write(destination, { ...about, files, found });
  await db.destroy();
}
