import type { V1Pod } from '@kubernetes/client-node';
import { PkiError } from '../../src/errors.ts';
import { type GatewayPodsPlace, selectorText } from '../../src/rotation/served-place.ts';
import { type ApiCall, apiFailure, notAnApiServer } from './api-failure.ts';
import { Clusters } from './clusters.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { objectPath } from './object-path.ts';
import type { OpenCluster } from './open-cluster.ts';

/** A pod that takes connections. */
export interface GatewayPod {
  readonly name: string;
  readonly address: string;
}

interface PodList {
  readonly items: readonly V1Pod[];
  readonly metadata?: { readonly continue?: string };
}

/** Far more than a gateway has; whoever selects more has forgotten a label. */
const MAX_PODS = 500;

/** Finds the pods of gateways through the API server. */
export class GatewayPods {
  readonly #clusters: Clusters;

  constructor({ timeoutMs, ...access }: ClusterAccess & { readonly timeoutMs: number }) {
    this.#clusters = new Clusters(access, timeoutMs);
  }

  /** Whether the kubeconfig has the context of a place; needs no network. */
  async hasContext(context: string): Promise<boolean> {
    return this.#clusters.hasContext(context);
  }

  /**
   * The pods that are ready: one that starts or ends is not what clients are led to.
   *
   * @throws {PkiError} `target-unavailable` where they cannot be listed, or there is none
   */
  async find(place: GatewayPodsPlace): Promise<readonly GatewayPod[]> {
    const { context, namespace } = place;
    const labelSelector = selectorText(place);
    const call: ApiCall = { verb: 'list', context, namespace, resource: 'pods' };
    const query = { labelSelector, limit: String(MAX_PODS) };
    const path = objectPath({ namespace, resource: 'pods' }, query);
    const { items, metadata } = await this.#ask(call, ({ send }) =>
      send<PodList>({ method: 'GET', path }),
    );
    if (!Array.isArray(items)) throw notAnApiServer(call);
    const words = `with "${labelSelector}" in namespace "${namespace}"`;
    if (metadata?.continue) throw none(`there are more than ${MAX_PODS} pods ${words}`);
    if (items.length === 0) throw none(`there is no pod ${words}`);
    const ready = items.flatMap(readyPod);
    if (ready.length === 0) throw none(`none of the ${items.length} pods ${words} is ready`);
    return ready;
  }

  async #ask<T>(call: ApiCall, question: (cluster: OpenCluster) => Promise<T>): Promise<T> {
    try {
      return await this.#clusters.ask(call.context, question);
    } catch (error) {
      throw apiFailure(error, call);
    }
  }
}

function readyPod({ metadata, status }: V1Pod): readonly GatewayPod[] {
  const { name, deletionTimestamp } = metadata ?? {};
  const { podIP: address, phase, conditions = [] } = status ?? {};
  const isReady = conditions.some((one) => one.type === 'Ready' && one.status === 'True');
  const isServing = phase === 'Running' && isReady && deletionTimestamp === undefined;
  return isServing && name && address ? [{ name, address }] : [];
}

function none(message: string): PkiError {
  return new PkiError('target-unavailable', message);
}
