import type { V1Secret } from '@kubernetes/client-node';
import type { Violation } from '../../src/errors.ts';
import type { ClockOffset } from '../../src/rotation/clock-offset.ts';
import type {
  Announcement,
  DestinationState,
  DestinationTouch,
} from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { type ApiCall, apiFailure, isSecretMissing, notAnApiServer } from './api-failure.ts';
import { applyConfiguration, type SecretWrite } from './apply-configuration.ts';
import { Clusters } from './clusters.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { objectPath } from './object-path.ts';
import type { OpenCluster } from './open-cluster.ts';
import { Outages } from './outages.ts';
import { revisionOf, rivalOf, writerOf } from './ownership.ts';
import { patchSecret, type SecretPatch } from './patch-secret.ts';
import { judgedCredential, type SecretCredential, secretCredential } from './secret-credential.ts';
import { makeEvent, secretEvent } from './secret-event.ts';
import { SecretStates } from './secret-states.ts';
import { touchPatch } from './touch-patch.ts';
import { noteAnswer, SecretWatches, type SecretWatchesOptions } from './watch/secret-watches.ts';

/** How Secrets are reached. */
export interface SecretStoreOptions extends ClusterAccess {
  /** No request takes longer, its authentication included. */
  readonly timeoutMs: number;
  /** By which this service tells its own marks from those of another Certwright. */
  readonly instance: string;
  /** Absent: nothing is watched, and every read asks the API server. */
  readonly watches?: SecretWatchesOptions;
}

const UNKNOWN = { isKnown: false, kept: undefined };

/**
 * Keeps targets in Kubernetes Secrets, by server-side apply under a field manager of our own.
 *
 * Reads come from a watch where there is one for the namespace and its connection stands. What has been
 * read so may be a moment old: every write is a compare-and-set, and after one that failed, and until the
 * watch has caught up with one that did not, reads are as exact as an answer of the API server.
 */
export class SecretStore {
  readonly #clusters: Clusters;
  readonly #instance: string;
  readonly #timeoutMs: number;
  readonly #watches: SecretWatches | undefined;
  readonly #outages = new Outages();
  readonly #states: SecretStates;

  constructor({ timeoutMs, instance, watches, ...access }: SecretStoreOptions) {
    this.#clusters = new Clusters(access, timeoutMs);
    this.#instance = instance;
    this.#states = new SecretStates(instance);
    this.#timeoutMs = timeoutMs;
    this.#watches = watches && new SecretWatches(this.#clusters, watches);
  }

  /** Watches the namespaces of these destinations and those that are to be `seen`, and no others. */
  follow(...args: Parameters<SecretWatches['follow']>): void {
    this.#watches?.follow(...args);
  }

  /** What is known of certificates in a namespace; `undefined` where that is not watched now. */
  credentialsIn(namespace: string): readonly SecretCredential[] | undefined {
    const kept = this.#watches?.watchOf({ namespace })?.list();
    return kept?.map(({ name, secret }) => {
      const state = this.#states.stateOf(secret);
      return state?.kind === 'present'
        ? judgedCredential(name, state)
        : secretCredential(secret, this.#instance);
    });
  }

  clockOffset({ context }: Pick<KubernetesSecretDestination, 'context'>): ClockOffset | undefined {
    return this.#clusters.clocks.offsetOf(context);
  }

  /** By how much our clock is ahead of each API server that has answered; the current context has no name here. */
  clockOffsets(): ReadonlyMap<string, ClockOffset> {
    const known = this.#clusters.clocks.contexts.flatMap((context) => {
      const offset = this.clockOffset(context === undefined ? {} : { context });
      return offset ? [[context ?? '', offset] as const] : [];
    });
    return new Map(known);
  }

  /** Ends all watches. */
  async stop(): Promise<void> {
    await this.#watches?.stop();
  }

  /** Needs the kubeconfig but no network. */
  async violationsOf(destination: KubernetesSecretDestination): Promise<readonly Violation[]> {
    const { context } = destination;
    if (context === undefined || (await this.#clusters.hasContext(context))) return [];
    const detail = `the kubeconfig has no context "${context}"`;
    return [{ pointer: '/destination/context', detail }];
  }

  /** The same object as long as nothing has changed, where it comes from a watch. */
  async read(destination: KubernetesSecretDestination): Promise<DestinationState> {
    const [secret, separate] = await Promise.all([
      this.#known(destination, { isWhole: destination.adopt }),
      // Istio looks for it only where it wants client authorities, and so does nobody else.
      destination.clientAuthorities.length > 0
        ? this.#known(separateCaAt(destination), { isWhole: false })
        : undefined,
    ]);
    return this.#stateOf(destination, secret, separate);
  }

  /** Asks the API server only for what has been judged before, and emptied with that. */
  async #stateOf(
    destination: KubernetesSecretDestination,
    found: V1Secret | undefined,
    foundBeside: V1Secret | undefined,
  ): Promise<DestinationState> {
    let [secret, beside] = [found, foundBeside];
    for (;;) {
      // From here to `make` nothing waits: another read would empty what this one has found.
      const known = this.#states.find(secret, destination, beside);
      if (known) return known;
      if (secret && isSpent(secret)) secret = await this.#exact(destination);
      else if (beside && isSpent(beside) && !this.#states.areOfOneTarget(secret, beside)) {
        // Another target keeps it.
        beside = await this.#exact(separateCaAt(destination));
      } else return this.#states.make(secret, destination, beside);
    }
  }

  /** An Event on the Secret, which `kubectl describe` shows and clusters forget after an hour. */
  async announce(
    destination: KubernetesSecretDestination,
    announcement: Announcement,
  ): Promise<void> {
    const { context, namespace, name } = destination;
    const secret = await this.#find(destination);
    await this.#ask(
      { verb: 'create', context, namespace, name, resource: 'events' },
      async (cluster) => {
        const uid = secret?.metadata?.uid;
        await makeEvent(cluster, secretEvent(destination, { uid, announcement }));
      },
    );
  }

  async write(destination: KubernetesSecretDestination, write: SecretWrite): Promise<void> {
    const { body, force } = applyConfiguration(destination, write, this.#instance);
    await this.#patch(destination, { body, force, strategy: 'ServerSideApply' });
  }

  async touch(destination: KubernetesSecretDestination, touch: DestinationTouch): Promise<boolean> {
    await this.#patch(destination, { body: touchPatch(touch), strategy: 'MergePatch' });
    return true;
  }

  async #patch(destination: KubernetesSecretDestination, patch: SecretPatch): Promise<void> {
    const { context, namespace, name } = destination;
    const call: ApiCall = { verb: 'patch', context, namespace, name };
    const watch = this.#watches?.watchOf(destination);
    try {
      const written = await this.#ask(call, (cluster) => patchSecret(cluster, destination, patch));
      watch?.put(written, { isOwnWrite: true });
    } catch (error) {
      watch?.doubt(name);
      throw error;
    }
  }

  async remove(destination: KubernetesSecretDestination, targetName: string): Promise<boolean> {
    const secret = await this.#find(destination);
    const metadata = secret?.metadata;
    if (!metadata || revisionOf(metadata) === undefined || rivalOf(metadata)) return false;
    const writer = writerOf(metadata, this.#instance);
    if (writer?.target !== targetName || !writer.isThisService) return false;
    const { uid = '', resourceVersion = '' } = metadata;
    const { context, namespace, name } = destination;
    this.#watches?.watchOf(destination)?.doubt(name);
    const body = { preconditions: { uid, resourceVersion } };
    await this.#ask({ verb: 'delete', context, namespace, name }, ({ send }) =>
      send({ method: 'DELETE', path: objectPath({ namespace, resource: 'secrets', name }), body }),
    );
    return true;
  }

  /** From the watch where that is certain; `isWhole`: all that a judgement looks at, though we never wrote it. */
  async #known(
    destination: KubernetesSecretDestination,
    { isWhole }: { readonly isWhole: boolean },
  ): Promise<V1Secret | undefined> {
    const watch = this.#watches?.watchOf(destination);
    const { isKnown, kept } = (await watch?.find(destination.name, this.#timeoutMs)) ?? UNKNOWN;
    const isEnough = kept === undefined || kept.isWhole || !(isWhole || kept.isMarked);
    if (isKnown && isEnough) return kept?.secret;
    return this.#exact(destination);
  }

  async #exact(destination: KubernetesSecretDestination): Promise<V1Secret | undefined> {
    const watch = this.#watches?.watchOf(destination);
    const { context, namespace, name } = destination;
    if (watch?.isFailing === true) {
      this.#outages.assertNone({ verb: 'get', context, namespace, name });
    }
    const secret = await this.#find(destination);
    noteAnswer(watch, destination.name, secret);
    return secret;
  }

  async #find({
    context,
    namespace,
    name,
  }: KubernetesSecretDestination): Promise<V1Secret | undefined> {
    const call: ApiCall = { verb: 'get', context, namespace, name };
    const secret = await this.#ask(call, async ({ send }) => {
      try {
        const path = objectPath({ namespace, resource: 'secrets', name });
        return await send<V1Secret>({ method: 'GET', path });
      } catch (error) {
        if (isSecretMissing(error)) return undefined;
        throw error;
      }
    });
    // Whatever answers 200 with an object comes here; a write must not be based on it.
    if (secret && !(secret.metadata?.uid && secret.metadata.resourceVersion)) {
      throw notAnApiServer(call);
    }
    return secret;
  }

  async #ask<T>(call: ApiCall, question: (cluster: OpenCluster) => Promise<T>): Promise<T> {
    try {
      return await this.#clusters.ask(call.context, question);
    } catch (error) {
      this.#outages.note(call, error);
      throw apiFailure(error, call);
    }
  }
}

/** Whether only the state that was made of it is left. */
function isSpent({ metadata }: V1Secret): boolean {
  return metadata === undefined;
}

/** Where Istio looks for client authorities before it looks into the Secret itself. */
function separateCaAt(destination: KubernetesSecretDestination): KubernetesSecretDestination {
  return { ...destination, name: `${destination.name}-cacert` };
}
