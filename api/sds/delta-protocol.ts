import type { Finding } from '../../src/sds/find-secret.ts';
import type { Deliveries } from './deliveries.ts';
import type { Protocol, Received } from './protocol.ts';
import { assertFewNames, assertSecretType } from './refused-request.ts';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  encodedSecret,
  SECRET_TYPE,
} from './wire.ts';

/**
 * The incremental protocol (`DeltaSecrets`): requests say what is wanted besides, and what no more. A client that asks
 * for a name under which there is nothing for it is told so. One that holds a secret keeps it until the
 * secret itself is removed: that its target is gone, or is another client's now, takes nothing away.
 */
export class DeltaProtocol implements Protocol<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  readonly deliveries: Deliveries;
  /** Names of which the client was told that there is nothing. */
  readonly #toldAbsent = new Set<string>();
  #isFirst = true;

  constructor(deliveries: Deliveries) {
    this.deliveries = deliveries;
  }

  readonly receive = (request: DeltaDiscoveryRequest): Received => {
    const { deliveries } = this;
    assertSecretType(request.type_url);
    const subscribed = new Set(request.resource_names_subscribe);
    const unsubscribed = new Set(request.resource_names_unsubscribe);
    const remaining = deliveries.names.difference(unsubscribed);
    assertFewNames(remaining.union(subscribed));
    const verdict = deliveries.judge(request.response_nonce, request.error_detail);
    for (const name of unsubscribed) {
      deliveries.end(name);
      this.#toldAbsent.delete(name);
    }
    for (const name of subscribed) this.#subscribe(name, request);
    this.#isFirst = false;
    return { due: [...subscribed], verdict };
  };

  readonly answer = (name: string, finding: Finding): DeltaDiscoveryResponse | undefined => {
    const { secret } = finding;
    const delivery = this.deliveries.get(name);
    if (!delivery) return undefined;
    if (!secret) {
      const isNowNothing =
        delivery.version === null ? finding.refusal !== undefined : finding.isAbsent === true;
      if (!isNowNothing || this.#toldAbsent.has(name)) return undefined;
      this.#toldAbsent.add(name);
      const nonce = this.deliveries.send(name, null);
      return { ...this.#common(nonce), resources: [], removed_resources: [name] };
    }
    if (!this.deliveries.isNews(name, secret.version)) return undefined;
    this.#toldAbsent.delete(name);
    const nonce = this.deliveries.send(name, secret.version);
    const { version } = secret;
    const resources = [{ version, name, resource: encodedSecret(secret) }];
    return { ...this.#common(nonce), resources, removed_resources: [] };
  };

  /** One that is asked for once more is sent once more; one that the client holds already is not. */
  #subscribe(name: string, { initial_resource_versions: held }: DeltaDiscoveryRequest): void {
    const version = Object.hasOwn(held, name) ? held[name] : undefined;
    if (this.#isFirst && version) this.deliveries.claim(name, version);
    else this.deliveries.begin(name);
    this.#toldAbsent.delete(name);
  }

  #common(nonce: string) {
    return { system_version_info: nonce, type_url: SECRET_TYPE, nonce };
  }
}
