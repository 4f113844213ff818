import { PkiError, type Violation } from '../../src/errors.ts';
import type {
  DestinationState,
  DestinationStore,
  DestinationTouch,
  DestinationWrite,
} from '../../src/rotation/destination.ts';
import type {
  Destination,
  KubernetesSecretDestination,
  SdsDestination,
} from '../../src/rotation/target.ts';
import { FileStore, type FileStoreOptions } from '../../storage/directory/file-store.ts';

/** The namespace of a cluster that does not answer. */
export const UNREACHABLE = 'unreachable';
/** The namespace whose Secrets are all somebody else's. */
export const FOREIGN = 'foreign';

/** Real directories, whatever store for SDS a test has, and a cluster that is no more than a few namespaces with a fixed manner. */
export class FakeDestinations implements DestinationStore {
  readonly #files: FileStore;
  readonly #sds: DestinationStore<SdsDestination> | undefined;
  readonly #secrets = new Map<string, DestinationState>();

  constructor(options: FileStoreOptions, sds?: DestinationStore<SdsDestination>) {
    this.#files = new FileStore(options);
    this.#sds = sds;
  }

  async violationsOf(destination: Destination): Promise<readonly Violation[]> {
    if (destination.type === 'sds') return this.#storeForSds().violationsOf(destination);
    if (destination.type === 'directory') return this.#files.violationsOf(destination);
    if (/^[a-z0-9.-]+$/.test(destination.name)) return [];
    return [{ pointer: '/destination/name', detail: 'is not a name of Kubernetes' }];
  }

  async read(destination: Destination): Promise<DestinationState> {
    if (destination.type === 'sds') return this.#storeForSds().read(destination);
    if (destination.type === 'directory') return this.#files.read(destination);
    assertReachable(destination);
    if (destination.namespace === FOREIGN) return { kind: 'foreign', owner: 'cert-manager' };
    return this.#secrets.get(keyOf(destination)) ?? { kind: 'absent' };
  }

  async announce(): Promise<void> {}

  async write(destination: Destination, write: DestinationWrite): Promise<void> {
    if (destination.type === 'sds') return this.#storeForSds().write(destination, write);
    if (destination.type === 'directory') return this.#files.write(destination, write);
    assertReachable(destination);
    const { files, serialNumber } = write;
    const state = {
      kind: 'present',
      files,
      isAsWritten: true,
      revision: write.revision,
      writer: { target: write.targetName, isThisService: true },
      version: serialNumber,
    };
    this.#secrets.set(keyOf(destination), state as DestinationState);
  }

  async touch(destination: Destination, touch: DestinationTouch): Promise<boolean> {
    return destination.type === 'directory' && this.#files.touch(destination, touch);
  }

  async remove(destination: Destination, targetName: string): Promise<boolean> {
    if (destination.type === 'sds') return this.#storeForSds().remove(destination, targetName);
    if (destination.type === 'directory') return this.#files.remove(destination, targetName);
    assertReachable(destination);
    return this.#secrets.delete(keyOf(destination));
  }

  #storeForSds(): DestinationStore<SdsDestination> {
    if (this.#sds) return this.#sds;
    throw new Error('this test has no store for SDS');
  }
}

function assertReachable({ namespace }: KubernetesSecretDestination): void {
  if (namespace !== UNREACHABLE) return;
  throw new PkiError('target-unavailable', 'the cluster does not answer');
}

function keyOf({ namespace, name }: KubernetesSecretDestination): string {
  return `${namespace}/${name}`;
}
