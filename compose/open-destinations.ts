import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ListenAddress } from '../config.ts';
import type { KeyWrapping } from '../src/authority/private-key.ts';
import type { Database } from '../storage/database/database.ts';
import { instanceId } from '../storage/database/instance-id.ts';
import { SdsStore } from '../storage/database/sds-store.ts';
import { destinationStores } from '../storage/destination-stores.ts';
import { FileStore } from '../storage/directory/file-store.ts';
import type { ClusterAccess } from '../storage/kubernetes/kubeconfig.ts';
import { SecretStore } from '../storage/kubernetes/secret-store.ts';
import { SeparateClientCa } from '../storage/kubernetes/separate-client-ca.ts';
import { openPlaces } from '../storage/serving/open-places.ts';
import type { FirstSurroundings } from './surroundings.ts';
import type { WatchedTargets } from './watched-targets.ts';

/** The places that targets are kept in, and the watches on them. */
export interface OpenDestinations
  extends Required<
    Pick<FirstSurroundings, 'destinations' | 'followDestinations' | 'clockOffsets'>
  > {
  /** Where the targets are served. */
  readonly served: FirstSurroundings['places'];
  /** From then on `listener` hears of changes by others; it takes the place of the one before. */
  readonly tell: (listener: Pick<WatchedTargets, 'onChange' | 'onRecovery'>) => void;
  readonly credentialsIn: SecretStore['credentialsIn'];
  readonly stop: () => Promise<void>;
}

const KUBERNETES_TIMEOUT_MS = 10_000;

/** Joins the stores of destinations; nothing is watched before `followDestinations` says what. */
export async function openDestinations(parts: {
  readonly kubernetes: ClusterAccess;
  readonly sdsListen: ListenAddress | undefined;
  readonly db: Database;
  readonly wrapping: KeyWrapping;
  /** Told of a target for SDS once what it holds has changed. */
  readonly secretChanged: (target: string) => void;
  readonly dataDir: string;
  readonly log: Logger;
  /** The namespaces whose Secrets are watched, targets or not. */
  readonly seen: readonly string[];
}): Promise<OpenDestinations> {
  const { kubernetes, sdsListen, db, wrapping, secretChanged: changed, dataDir, log } = parts;
  const seen = parts.seen.map((namespace) => ({ namespace, context: undefined }));
  const instance = await instanceId(db, randomUUID);
  let listener: Parameters<OpenDestinations['tell']>[0] | undefined;
  const access = { ...kubernetes, timeoutMs: KUBERNETES_TIMEOUT_MS };
  const secrets = new SecretStore({
    ...access,
    instance,
    watches: {
      notice: ({ level, words, ...where }) => log[level](where, words),
      onChange: (places) => listener?.onChange(places),
      onRecovery: (where) => listener?.onRecovery(where),
    },
  });
  return {
    destinations: destinationStores({
      kubernetesSecret: new SeparateClientCa(secrets),
      directory: new FileStore({ dataDir, instance }),
      sds: new SdsStore(db, {
        commit: (statements) => db.transact(statements),
        wrapping,
        instance,
        isServed: sdsListen !== undefined,
        changed,
      }),
    }),
    served: openPlaces(access),
    followDestinations: (destinations) => secrets.follow(destinations, seen),
    clockOffsets: () => secrets.clockOffsets(),
    credentialsIn: (namespace) => secrets.credentialsIn(namespace),
    tell: (newListener) => {
      listener = newListener;
    },
    stop: () => secrets.stop(),
  };
}
