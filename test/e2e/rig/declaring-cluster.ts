import { X509Certificate } from 'node:crypto';
import type { Certwright } from './certwright.ts';
import type { Cluster } from './cluster.ts';
import { secretPart } from './kube-api.ts';
import { kubectl } from './kubectl.ts';
import { until } from './until.ts';

/** A target as far as the tests of discovery look into one. */
interface Target {
  readonly name: string;
  readonly destination: { readonly name: string };
  readonly declaredBy?: { readonly objects: readonly { readonly name: string }[] };
}

/** An entry of coverage. */
interface Finding {
  readonly code: string;
  readonly object: { readonly name: string };
  readonly detail: string;
}

interface EventList {
  readonly items: readonly {
    readonly involvedObject: { readonly name: string };
    readonly message: string;
  }[];
}

/** What a Gateway says to be supplied. */
export const authority = { 'certwright.dev/authority': 'issuing' };
const selector = { istio: 'ingressgateway' };

/** One HTTPS server of an Istio Gateway. */
export function https(hosts: readonly string[], credentialName: string, mode = 'SIMPLE') {
  const port = { number: 443, name: `https-${credentialName}`, protocol: 'HTTPS' };
  return { port, hosts, tls: { mode, credentialName } };
}

/** A cluster whose objects ask for certificates, and what the service makes of them. */
export class DeclaringCluster {
  readonly #cluster: Cluster;
  readonly #certwright: Certwright;
  /** Where the Gateways are. */
  readonly #namespace: string;

  constructor(cluster: Cluster, certwright: Certwright, namespace: string) {
    this.#cluster = cluster;
    this.#certwright = certwright;
    this.#namespace = namespace;
  }

  apply(object: { readonly metadata: object; readonly [member: string]: unknown }): void {
    kubectl(this.#cluster.kubeconfig, ['apply', '--server-side', '--force-conflicts', '-f', '-'], {
      input: JSON.stringify(object),
    });
  }

  istioGateway(name: string, servers: readonly object[], annotations: object = authority): void {
    this.apply({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name, namespace: this.#namespace, annotations },
      spec: { selector, servers },
    });
  }

  /** A Gateway of the Gateway API with one listener. */
  gateway(name: string, hostname: string, secret: object): void {
    const tls = { certificateRefs: [secret] };
    const listener = { name: 'https', port: 443, protocol: 'HTTPS', hostname, tls };
    this.apply({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name, namespace: this.#namespace, annotations: authority },
      spec: { gatewayClassName: 'istio', listeners: [listener] },
    });
  }

  /** What serves the Istio Gateways, in `namespace`. */
  workload(namespace: string): void {
    const template = {
      metadata: { labels: selector },
      spec: { containers: [{ name: 'proxy', image: 'proxy' }] },
    };
    this.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ingressgateway', namespace },
      spec: { selector: { matchLabels: selector }, template },
    });
  }

  delete(kind: string, name: string, namespace = this.#namespace): void {
    kubectl(this.#cluster.kubeconfig, ['-n', namespace, 'delete', kind, name]);
  }

  async targetFor(secret: string): Promise<Target | undefined> {
    const items = await this.#items<Target>('targets');
    return items.find(({ destination }) => destination.name === secret);
  }

  async findings(name: string): Promise<readonly Finding[]> {
    const items = await this.#items<Finding>('coverage');
    return items.filter(({ object }) => object.name === name);
  }

  untilFound(name: string, code: string): Promise<Finding> {
    return until(`${name}: ${code}`, async () => {
      const found = await this.findings(name);
      const one = found.find((finding) => finding.code === code);
      if (one) return one;
      throw new Error(`it has ${JSON.stringify(found)}`);
    });
  }

  async untilServed(place: string, hosts: string): Promise<void> {
    const [namespace = '', name = ''] = place.split('/');
    await until(`${place} is for ${hosts}`, async () => {
      const pem = secretPart(await this.#cluster.api.secret(namespace, name), 'tls.crt');
      return pem !== undefined && pem !== '' && new X509Certificate(pem).subjectAltName === hosts;
    });
  }

  async untilTold(name: string, words: RegExp): Promise<void> {
    await until(`an Event on ${name}`, async () => {
      const told = await this.told(name);
      return told.some((message) => words.test(message));
    });
  }

  /** The messages of the Events on an object. */
  async told(name: string): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${this.#namespace}/events`;
    const { items } = await this.#cluster.api.call<EventList>('GET', path);
    const own = items.filter(({ involvedObject }) => involvedObject.name === name);
    return own.map(({ message }) => message);
  }

  async #items<T>(list: string): Promise<readonly T[]> {
    const path = `/v1/rotation/${list}`;
    const { body } = await this.#certwright.service.call<{ items: readonly T[] }>('GET', path);
    return body.items;
  }
}
