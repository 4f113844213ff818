import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { validate as isCronExpression } from 'node-cron';
import { z } from 'zod';
import { judged } from './api/judged.ts';
import { Hosts } from './api/schemas/names.ts';
import { IssueRate, WriteRate } from './api/schemas/rotation-rate.ts';
import { targetOf } from './api/schemas/target.ts';
import type { RotationSettings } from './compose/rotation-settings.ts';
import { type ClusterSettings, clusterAccess } from './config/cluster-access.ts';
import { SettingsError } from './config/settings-error.ts';
import { readSettingsFile } from './config/settings-file.ts';
import type { AuthorityDeclaration } from './src/authority/missing-authorities.ts';
import type { SubjectAltNames } from './src/certificate.ts';
import type { DiscoveryRule } from './src/discovery/permission.ts';
import type { Violation } from './src/errors.ts';
import type { Profile } from './src/issuance/profile.ts';
import { DEFAULT_LIMITS } from './src/rotation/schedule/limits.ts';
import type { TargetDeclaration } from './src/rotation/target-declaration.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Every setting, read once at the start; nothing else in the service looks at the environment. */
export interface Settings {
  readonly dataDir: string;
  readonly databaseFile: string;
  readonly managementListen: ListenAddress;
  readonly distributionListen: ListenAddress;
  /** Where Envoys ask for secrets; `undefined`: nowhere. */
  readonly sdsListen: ListenAddress | undefined;
  readonly isTlsOn: boolean;
  readonly tlsAuthority: string;
  readonly tlsNames: Pick<SubjectAltNames, 'dnsNames' | 'ipAddresses'>;
  readonly adminTokenFile: string;
  readonly keyEncryptionKeyFile: string;
  /** Under which the distribution listener is reached by everybody, without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly profiles: readonly Profile[];
  /** `undefined`: the settings file does not say. */
  readonly authorities: readonly AuthorityDeclaration[] | undefined;
  readonly rotation: RotationSettings;
  /** Which objects of the cluster may declare targets, and which; empty: none. */
  readonly discovery: readonly DiscoveryRule[];
  /** Where replicas find out by a Lease which of them rotates; `own`: in this pod's namespace. */
  readonly lease: { readonly namespace: string; readonly name: string } | 'own' | undefined;
  readonly logLevel: string;
  /** How long a record waits at most for others to share its commit. */
  readonly commitWaitMs: number;
  /** Processes that answer requests; 1: the service is one process. */
  readonly workers: number;
  readonly kubernetes: ClusterSettings;
}

/** Together with what goes into the database at the start, and is looked up there from then on. */
export interface DeclaredSettings extends Settings {
  readonly rotationTargets: readonly TargetDeclaration[];
  /** Where in the settings file a member is, in words. */
  readonly placeOf: (pointer: string) => string;
}

const Listen = z.string().transform((text, context): ListenAddress => {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host, port };
  context.addIssue({ code: 'custom', message: 'must be host:port, with a port from 0 to 65535' });
  return z.NEVER;
});

/** RFC 5280 §4.2.1.13, §4.2.2.1: by http, since fetching by https needs a path that is already built. */
const PublicUrl = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isPlain = url !== null && url.protocol === 'http:' && url.username + url.password === '';
  if (isPlain && url.search + url.hash === '' && /^[\x21-\x7e]{1,512}$/.test(text)) {
    return url.href.replace(/\/+$/, '');
  }
  context.addIssue({ code: 'custom', message: 'must be an http:// URL without query or fragment' });
  return z.NEVER;
});

const Text = z.string().min(1, 'must not be empty');

const Environment = z.strictObject({
  PKI_DATA_DIR: Text.default('./data'),
  PKI_DATABASE_URL: z
    .string()
    .regex(/^sqlite:./, 'must be sqlite:<file>')
    .optional(),
  PKI_MANAGEMENT_LISTEN: Listen.prefault('127.0.0.1:8443'),
  PKI_DISTRIBUTION_LISTEN: Listen.prefault('127.0.0.1:8080'),
  PKI_SDS_LISTEN: Listen.optional(),
  PKI_TLS: z.enum(['on', 'off']).default('on'),
  PKI_TLS_AUTHORITY: Text.default('issuing'),
  PKI_TLS_NAMES: Hosts.prefault('localhost,127.0.0.1,::1'),
  PKI_PUBLIC_URL: PublicUrl.optional(),
  PKI_ADMIN_TOKEN_FILE: Text.optional(),
  PKI_KEY_ENCRYPTION_KEY_FILE: Text.optional(),
  PKI_CONFIG_FILE: Text.optional(),
  PKI_ROTATION_SCHEDULE: z
    .string()
    .refine(isCronExpression, 'must be a cron expression of five fields, or six with seconds')
    .default('*/5 * * * *'),
  PKI_ROTATION_RATE: WriteRate.default(DEFAULT_LIMITS.writesPerSecond),
  PKI_ROTATION_ISSUE_RATE: IssueRate.default(DEFAULT_LIMITS.issuesPerSecond),
  PKI_LEASE: z
    .string()
    .regex(
      /^(off|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)$/,
      'must be namespace/name, or off',
    )
    .optional(),
  PKI_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
  PKI_COMMIT_WAIT_MS: z
    .string()
    .regex(/^(0|[1-9][0-9]?|100)$/, 'must be a number from 0 to 100')
    .transform(Number)
    .default(0),
  PKI_WORKERS: z
    .string()
    .regex(/^([1-9]|[1-5][0-9]|6[0-4])$/, 'must be a number from 1 to 64')
    .transform(Number)
    .default(() => Math.min(64, availableParallelism())),
});

/**
 * Reads the environment and the settings file.
 *
 * @throws {SettingsError} naming every setting that is unknown or cannot be used
 */
export function readSettings(environment: NodeJS.ProcessEnv): DeclaredSettings {
  const { data: env, violations } = judged(Environment, ownSettings(environment));
  if (violations) throw new SettingsError(linesOf(violations).join('\n'));
  const kubernetes = clusterAccess(environment);
  const dataDir = resolve(env.PKI_DATA_DIR);
  const file =
    env.PKI_CONFIG_FILE === undefined ? undefined : readSettingsFile(env.PKI_CONFIG_FILE);
  const rotationTargets = file?.rotationTargets.map(targetOf) ?? [];
  assertServed(rotationTargets, env.PKI_SDS_LISTEN);
  return {
    dataDir,
    databaseFile: resolve(
      env.PKI_DATABASE_URL?.slice('sqlite:'.length) ?? join(dataDir, 'certwright.db'),
    ),
    managementListen: env.PKI_MANAGEMENT_LISTEN,
    distributionListen: env.PKI_DISTRIBUTION_LISTEN,
    sdsListen: env.PKI_SDS_LISTEN,
    isTlsOn: env.PKI_TLS === 'on',
    tlsAuthority: env.PKI_TLS_AUTHORITY,
    tlsNames: env.PKI_TLS_NAMES,
    adminTokenFile: resolve(env.PKI_ADMIN_TOKEN_FILE ?? join(dataDir, 'admin-token')),
    keyEncryptionKeyFile: resolve(
      env.PKI_KEY_ENCRYPTION_KEY_FILE ?? join(dataDir, 'key-encryption-key'),
    ),
    publicUrl: env.PKI_PUBLIC_URL,
    profiles: file?.profiles ?? [],
    authorities: file?.authorities,
    rotationTargets,
    placeOf: file?.placeOf ?? String,
    rotation: {
      schedule: env.PKI_ROTATION_SCHEDULE,
      window: file?.rotationWindow,
      limits: {
        writesPerSecond: env.PKI_ROTATION_RATE,
        issuesPerSecond: env.PKI_ROTATION_ISSUE_RATE,
      },
    },
    discovery: file?.discovery ?? [],
    logLevel: env.PKI_LOG_LEVEL,
    commitWaitMs: env.PKI_COMMIT_WAIT_MS,
    workers: env.PKI_WORKERS,
    kubernetes,
    lease: leaseAt(env.PKI_LEASE, kubernetes),
  };
}

/** A target that nobody could read would be refused over HTTP, too. */
function assertServed(targets: readonly TargetDeclaration[], sdsListen: ListenAddress | undefined) {
  const target = targets.find(({ destination }) => destination.type === 'sds');
  if (!target || sdsListen) return;
  throw new SettingsError(
    `PKI_SDS_LISTEN: must be set for target "${target.name}", whose destination is for SDS`,
  );
}

/** Whether `file` lies below `folder`. */
export function isInside(file: string, folder: string): boolean {
  return dirname(file) === folder || file.startsWith(folder + sep);
}

/** A path as a person in the working folder would write it. */
export function shortPath(file: string): string {
  const fromHere = relative('.', file);
  return fromHere.startsWith('..') ? file : fromHere;
}

/**
 * Kubernetes sets variables for every Service of the namespace (service links), those of one named
 * `pki` among them: they are no settings of ours.
 */
function ownSettings(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const isServiceLink = (name: string, value = '') =>
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) ||
    /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (/_PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value));
  const own = Object.entries(environment).filter(
    ([name, value]) => name.startsWith('PKI_') && !isServiceLink(name, value),
  );
  return Object.fromEntries(own);
}

/** `PKI_TLS: must be …` for each fault; the file's with a JSON Pointer before it. */
function linesOf(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ pointer, detail }) =>
    detail === 'is not known' && !pointer.slice(1).includes('/')
      ? `${pointer.slice(1)}: there is no such setting`
      : `${pointer.slice(1)}: ${detail}`,
  );
}

/** A pod has a Lease without being told; elsewhere a kubeconfig may be of a cluster that is none of our affair. */
function leaseAt(text: string | undefined, { inCluster }: Settings['kubernetes']) {
  if (text === undefined) return inCluster ? 'own' : undefined;
  const [namespace = '', name = ''] = text.split('/');
  return text === 'off' ? undefined : { namespace, name };
}
