import type { CoreV1Api, V1Secret } from '@kubernetes/client-node';
import type { Violation } from '../../src/errors.ts';
import type {
  Announcement,
  DestinationState,
  DestinationWrite,
} from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { type ApiCall, apiFailure, isSecretMissing, notAnApiServer } from './api-failure.ts';
import { applyConfiguration } from './apply-configuration.ts';
import { Clusters } from './clusters.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { FIELD_MANAGER, revisionOf, rivalOf, writerOf } from './ownership.ts';
import { secretEvent } from './secret-event.ts';
import { besideIn, secretState, separateCaOf } from './secret-state.ts';

/** How Secrets are reached. */
export interface SecretStoreOptions extends ClusterAccess {
  /** No request takes longer, its authentication included. */
  readonly timeoutMs: number;
  /** By which this service tells its own marks from those of another Certwright. */
  readonly instance: string;
}

/**
 * Keeps targets in Kubernetes Secrets, by server-side apply under a field manager of our own.
 *
 * Nothing is kept between calls but connections: every state is the API server's.
 */
export class SecretStore {
  readonly #clusters: Clusters;
  readonly #instance: string;

  constructor({ timeoutMs, instance, ...access }: SecretStoreOptions) {
    this.#clusters = new Clusters(access, timeoutMs);
    this.#instance = instance;
  }

  /** Needs the kubeconfig but no network. */
  async violationsOf(destination: KubernetesSecretDestination): Promise<readonly Violation[]> {
    const { context } = destination;
    if (context === undefined || (await this.#clusters.hasContext(context))) return [];
    const detail = `the kubeconfig has no context "${context}"`;
    return [{ pointer: '/destination/context', detail }];
  }

  async read(destination: KubernetesSecretDestination): Promise<DestinationState> {
    const [secret, separate] = await Promise.all([
      this.#find(destination),
      // Istio looks for it only where it wants client authorities, and so does nobody else.
      destination.clientAuthorities.length > 0 ? this.#find(separateCaAt(destination)) : undefined,
    ]);
    const separateCa = separate && separateCaOf(separate);
    const beside = besideIn({}, separateCa);
    if (!secret) return beside ? { kind: 'absent', beside } : { kind: 'absent' };
    return secretState(secret, destination, {
      instance: this.#instance,
      ...(separateCa ? { separateCa } : {}),
    });
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
      async (api) => {
        const body = secretEvent(destination, { uid: secret?.metadata?.uid, announcement });
        await api.createNamespacedEvent({ namespace, body });
      },
    );
  }

  async write(destination: KubernetesSecretDestination, write: DestinationWrite): Promise<void> {
    const { context, namespace, name } = destination;
    const { body, force } = applyConfiguration(destination, write, this.#instance);
    const call: ApiCall = { verb: 'patch', context, namespace, name };
    await this.#ask(call, async (api) => {
      const { PatchStrategy, setHeaderOptions } = await import('@kubernetes/client-node');
      await api.patchNamespacedSecret(
        { namespace, name, body, force, fieldManager: FIELD_MANAGER },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      );
    });
  }

  async remove(destination: KubernetesSecretDestination, targetName: string): Promise<boolean> {
    const secret = await this.#find(destination);
    const metadata = secret?.metadata;
    if (!metadata || revisionOf(metadata) === undefined || rivalOf(metadata)) return false;
    const writer = writerOf(metadata, this.#instance);
    if (writer?.target !== targetName || !writer.isThisService) return false;
    const { uid = '', resourceVersion = '' } = metadata;
    const { context, namespace, name } = destination;
    await this.#ask({ verb: 'delete', context, namespace, name }, async (api) => {
      const preconditions = { uid, resourceVersion };
      await api.deleteNamespacedSecret({ namespace, name, body: { preconditions } });
    });
    return true;
  }

  async #find({
    context,
    namespace,
    name,
  }: KubernetesSecretDestination): Promise<V1Secret | undefined> {
    const call: ApiCall = { verb: 'get', context, namespace, name };
    const secret = await this.#ask(call, async (api) => {
      try {
        return await api.readNamespacedSecret({ namespace, name });
      } catch (error) {
        if (isSecretMissing(error)) return undefined;
        throw error;
      }
    });
    // Anything that answers 200 passes the client; a write must not be based on it.
    if (secret && !(secret.metadata?.uid && secret.metadata.resourceVersion)) {
      throw notAnApiServer(call);
    }
    return secret;
  }

  async #ask<T>(call: ApiCall, question: (api: CoreV1Api) => Promise<T>): Promise<T> {
    try {
      return await this.#clusters.ask(call.context, question);
    } catch (error) {
      throw apiFailure(error, call);
    }
  }
}

/** Where Istio looks for client authorities before it looks into the Secret itself. */
function separateCaAt(destination: KubernetesSecretDestination): KubernetesSecretDestination {
  return { ...destination, name: `${destination.name}-cacert` };
}
