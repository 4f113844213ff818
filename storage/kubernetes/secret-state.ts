import { createHash } from 'node:crypto';
import type { V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import type { Beside, DestinationFiles, DestinationState } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import {
  ANNOTATIONS,
  FIELD_MANAGER,
  MANAGED_BY,
  revisionOf,
  rivalOf,
  writerOf,
  writtenAt,
} from './ownership.ts';

type Files = Partial<DestinationFiles>;

/** What a version stands for: the one state of one Secret on which a write may be based. */
export interface SecretVersion {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Who the Secret says keeps it, which a write leaves as it is; empty where it does not say. */
  readonly managedBy: string;
}

const FILE_NAMES = ['tls.crt', 'tls.key', 'ca.crt'] as const satisfies (keyof DestinationFiles)[];

/** Entries that Istio reads instead of ours or with them (istio `pilot/pkg/credentials/kube/secrets.go`). */
const BESIDE = ['cert', 'key', 'cacert', 'crl', 'ca.crl', 'tls.ocsp-staple'];

/** What a Secret is found to be, for a target that is to keep it supplied. */
export function secretState(
  secret: V1Secret,
  destination: KubernetesSecretDestination,
  {
    instance,
    separateCa,
  }: { readonly instance: string; readonly separateCa?: Beside['separateCa'] },
): DestinationState {
  const metadata = secret.metadata ?? {};
  const rival = rivalOf(metadata);
  if (rival !== undefined) return { kind: 'foreign', owner: rival };
  const revision = revisionOf(metadata);
  if (revision === undefined && !destination.adopt)
    return { kind: 'foreign', owner: maker(metadata) };

  const found = filesIn(secret);
  const written = metadata.annotations?.[ANNOTATIONS.contentHash];
  const { 'ca.crt': _, ...withoutCa } = found;
  // A `ca.crt` that our last write did not make is somebody else's entry, and survives as any other.
  const files = contentHash(withoutCa) === written ? withoutCa : found;
  const obstacle = obstacleIn(secret, destination);
  const writer = revision === undefined ? undefined : writerOf(metadata, instance);
  const beside = besideIn(secret.data, separateCa);
  const changedBy = changerOf(metadata);
  return {
    kind: 'present',
    ...(obstacle === undefined ? {} : { obstacle }),
    files,
    isAsWritten: contentHash(files) === written,
    revision: revision ?? 0,
    ...(writer === undefined ? {} : { writer }),
    ...(beside === undefined ? {} : { beside }),
    ...(changedBy === undefined ? {} : { changedBy }),
    version: formatVersion(metadata),
  };
}

/**
 * SHA-256 over names and contents. A private key is among them, and a reader of the annotation
 * learns nothing: a guess must be the whole key to be confirmed.
 */
export function contentHash(files: Files): string {
  const contents = FILE_NAMES.map((name) => [name, files[name] ?? null]);
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

/** The parts of a version that `secretState` has made. */
export function parseVersion(version: string): SecretVersion {
  const [uid = '', resourceVersion = '', managedBy = ''] = version.split('/');
  return { uid, resourceVersion, managedBy };
}

/** A slash is in none of the parts: a label's value has none, a UID and a version are plain. */
function formatVersion({ uid = '', resourceVersion = '', labels = {} }: V1ObjectMeta): string {
  return [uid, resourceVersion, labels[MANAGED_BY] ?? ''].join('/');
}

/** An empty entry is a placeholder, and as good as missing. */
function filesIn({ data = {} }: V1Secret): Files {
  const texts = FILE_NAMES.map((name) => [
    name,
    Buffer.from(data[name] ?? '', 'base64').toString(),
  ]);
  return Object.fromEntries(texts.filter(([, text]) => text !== '')) as Files;
}

/** What lies beside our files; `undefined` where nothing does that anybody reads. */
export function besideIn(
  data: V1Secret['data'],
  separateCa: Beside['separateCa'],
): Beside | undefined {
  const entries = BESIDE.flatMap((name) => {
    const content = Buffer.from(data?.[name] ?? '', 'base64');
    return content.length > 0 ? [[name, content] as const] : [];
  });
  if (entries.length === 0 && !separateCa) return undefined;
  return { entries: Object.fromEntries(entries), ...(separateCa ? { separateCa } : {}) };
}

/** `<name>-cacert`, which Istio reads before `ca.crt`; an empty entry is one that it does not understand. */
export function separateCaOf({ metadata, data = {} }: V1Secret): Beside['separateCa'] {
  const content = data['cacert'] || data['ca.crt'] || '';
  return { name: metadata?.name ?? '', pem: Buffer.from(content, 'base64').toString() };
}

/** Who else has written our entries last, as the API server has noted. */
function changerOf({ managedFields = [] }: V1ObjectMeta): string | undefined {
  const others = managedFields.filter(({ manager, fieldsV1 }) => {
    const data = (fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {};
    return manager !== FIELD_MANAGER && FILE_NAMES.some((name) => `f:${name}` in data);
  });
  const [last] = others.toSorted((one, other) => writtenAt(other) - writtenAt(one));
  return last?.manager === undefined ? undefined : `"${last.manager}"`;
}

function maker({ managedFields = [], labels = {} }: V1ObjectMeta): string {
  const [first] = managedFields.flatMap(({ manager }) => (manager === undefined ? [] : [manager]));
  const name = labels[MANAGED_BY] ?? first;
  return name === undefined ? 'somebody else' : `somebody else ("${name}")`;
}

function obstacleIn(
  { immutable, type = 'Opaque' }: V1Secret,
  { namespace, name, secretType }: KubernetesSecretDestination,
): string | undefined {
  const secret = `Secret "${namespace}/${name}"`;
  if (immutable === true) return `${secret} is immutable: delete it to let a new one be made`;
  if (type !== secretType) {
    const remedy = 'delete it to let a new one be made, or change the target';
    return `${secret} has type "${type}" instead of "${secretType}", which cannot be changed: ${remedy}`;
  }
  return undefined;
}
