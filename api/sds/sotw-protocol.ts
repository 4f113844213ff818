import type { Finding } from '../../src/sds/find-secret.ts';
import type { Deliveries } from './deliveries.ts';
import type { Protocol, Received } from './protocol.ts';
import { assertFewNames, assertSecretType } from './refused-request.ts';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  encodedSecret,
  SECRET_TYPE,
} from './wire.ts';

/**
 * The state of the world (`StreamSecrets`): each request names everything that is wanted. Envoy takes a response
 * only where it has exactly the one secret that it asked for, so that each is about one name; and it waits for
 * what it does not get, so that a name under which there is nothing for it stays without an answer.
 */
export class SotwProtocol implements Protocol<DiscoveryRequest, DiscoveryResponse> {
  readonly deliveries: Deliveries;
  #isFirst = true;

  constructor(deliveries: Deliveries) {
    this.deliveries = deliveries;
  }

  readonly receive = (request: DiscoveryRequest): Received => {
    const { deliveries } = this;
    assertSecretType(request.type_url);
    const wanted = new Set(request.resource_names);
    assertFewNames(wanted);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    // A nonce means something within its stream only. One that a later response has overtaken says nothing any
    // more: the client names what it wants again when it has read that response.
    const nonce = isFirst ? '' : request.response_nonce;
    if (nonce !== '' && !deliveries.isCurrent(nonce)) return { due: [] };
    const verdict = deliveries.judge(nonce, request.error_detail);
    const before = deliveries.names;
    for (const name of before.difference(wanted)) deliveries.end(name);
    const due = [...wanted.difference(before)];
    for (const name of due) deliveries.begin(name);
    // There is one version for all that a request names: it tells something only where that is one.
    const [only = ''] = due;
    if (isFirst && due.length === 1 && request.version_info !== '') {
      deliveries.claim(only, request.version_info);
    }
    return { due, verdict };
  };

  readonly answer = (name: string, { secret }: Finding): DiscoveryResponse | undefined => {
    if (!secret || !this.deliveries.isNews(name, secret.version)) return undefined;
    return {
      version_info: secret.version,
      resources: [encodedSecret(secret)],
      type_url: SECRET_TYPE,
      nonce: this.deliveries.send(name, secret.version),
    };
  };
}
