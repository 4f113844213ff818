import type { DestinationStore } from '../src/rotation/destination.ts';
import type {
  Destination,
  DirectoryDestination,
  KubernetesSecretDestination,
  SdsDestination,
} from '../src/rotation/target.ts';

/** One store for destinations of every type, which asks the one that knows the type. */
export function destinationStores(stores: {
  readonly kubernetesSecret: DestinationStore<KubernetesSecretDestination>;
  readonly directory: DestinationStore<DirectoryDestination>;
  readonly sds: DestinationStore<SdsDestination>;
}): DestinationStore {
  // The key of `stores` is the destination's type, which the compiler cannot follow through an index.
  const storeOf = (destination: Destination) => stores[destination.type] as DestinationStore;
  return {
    violationsOf: async (destination) => storeOf(destination).violationsOf(destination),
    read: async (destination) => storeOf(destination).read(destination),
    write: async (destination, write) => storeOf(destination).write(destination, write),
    announce: async (destination, announcement) =>
      storeOf(destination).announce(destination, announcement),
    touch: async (destination, touch) =>
      (await storeOf(destination).touch?.(destination, touch)) ?? false,
    clockOffset: (destination) => storeOf(destination).clockOffset?.(destination),
    remove: async (destination, targetName) => storeOf(destination).remove(destination, targetName),
  };
}
