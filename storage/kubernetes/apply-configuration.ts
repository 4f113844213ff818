import { PkiError } from '../../src/errors.ts';
import type { DestinationWrite } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { ANNOTATIONS, FIELD_MANAGER, MANAGED_BY } from './ownership.ts';
import { contentHash, parseVersion } from './secret-state.ts';

/** `MaxSecretSize` of Kubernetes, over the data of all entries. */
const MAX_SECRET_OCTETS = 1024 * 1024;

/**
 * No object ever has it, since the first change in etcd is number 2: with it an apply creates, and
 * conflicts with whatever somebody else has created since. Without it such a Secret would be merged
 * with ours where their entries differ.
 */
const CREATE_ONLY = { resourceVersion: '1' };

/** A write of one Secret, which may hold some of the files only. */
export interface SecretWrite extends Omit<DestinationWrite, 'files'> {
  readonly files: Partial<DestinationWrite['files']>;
}

/**
 * The body of the one server-side apply that replaces everything together, and whether it takes
 * fields from other managers: it does where the Secret was judged and is still the one judged.
 *
 * @throws {PkiError} `target-unavailable` where no apply could succeed
 */
export function applyConfiguration(
  { namespace, name, secretType }: KubernetesSecretDestination,
  { targetName, revision, serialNumber, notAfter, files, found }: SecretWrite,
  instance: string,
) {
  const isPresent = found.kind === 'present';
  if (isPresent && found.obstacle !== undefined) {
    throw new PkiError('target-unavailable', found.obstacle);
  }
  const { managedBy, ...precondition } = isPresent
    ? parseVersion(found.version)
    : { managedBy: '', ...CREATE_ONLY };
  // Helm refuses an upgrade where this label is no longer its own.
  const isOurs = managedBy === '' || managedBy === FIELD_MANAGER;
  const annotations = {
    [ANNOTATIONS.revision]: String(revision),
    [ANNOTATIONS.contentHash]: contentHash(files),
    [ANNOTATIONS.target]: targetName,
    [ANNOTATIONS.instance]: instance,
    [ANNOTATIONS.serialNumber]: serialNumber,
    [ANNOTATIONS.notAfter]: notAfter.toISOString(),
  };
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: isOurs ? { [MANAGED_BY]: FIELD_MANAGER } : {},
      annotations,
      ...precondition,
    },
    type: secretType,
    data: encoded(files),
  };
  return { body, force: isPresent };
}

function encoded(files: SecretWrite['files']): Record<string, string> {
  const octets = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const);
  const size = octets.reduce((sum, [, { length }]) => sum + length, 0);
  if (size > MAX_SECRET_OCTETS) {
    throw new PkiError(
      'target-unavailable',
      `a Secret holds 1 MiB at most, and this is ${size} octets`,
    );
  }
  return Object.fromEntries(octets.map(([name, content]) => [name, content.toString('base64')]));
}
