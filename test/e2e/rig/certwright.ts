import type { Reply, Service } from './service.ts';
import { type Patience, until } from './until.ts';

/** A certificate as the service answers it, as far as the tests look into it. */
export interface IssuedCertificate {
  readonly serialNumber: string;
  readonly notAfter: string;
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey: string;
}

/** What the places of a target serve. */
export interface ServedStatus {
  readonly state: 'proven' | 'stale' | 'unreachable';
  readonly since: string;
  readonly serialNumber: string;
  readonly places: readonly {
    readonly place: string;
    readonly state: string;
    readonly servedInstead?: { readonly serialNumber: string | null };
    readonly error?: string;
  }[];
}

/** What a target says about itself. */
export interface TargetStatus {
  readonly state: 'current' | 'due' | 'failing' | 'conflict' | 'pending';
  readonly reasons: readonly string[];
  readonly serialNumber: string | null;
  readonly notAfter: string | null;
  readonly nextRotationAt: string | null;
  readonly lastRotatedAt: string | null;
  readonly lastError: string | null;
  readonly served: ServedStatus | null;
}

/** The result of a pass for one target. */
export interface RotationItem {
  readonly target: string;
  readonly outcome: 'rotated' | 'current' | 'failed';
  readonly reasons: readonly string[];
  readonly serialNumber: string;
}

/** A target for a Secret in the namespace of the gateway's pod. */
export interface SecretTarget {
  readonly name: string;
  readonly host: string;
  readonly namespace: string;
  readonly authority?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly destination?: Readonly<Record<string, unknown>>;
}

/** The request that every target of the tests is made from. */
export function secretTarget(target: SecretTarget): Readonly<Record<string, unknown>> {
  const { name, host, namespace, authority = 'issuing', spec = {}, destination = {} } = target;
  return {
    name,
    authority,
    profile: 'server',
    dnsNames: [host],
    validity: '30d',
    ...spec,
    destination: {
      type: 'kubernetesSecret',
      namespace,
      name,
      secretType: 'kubernetes.io/tls',
      ...destination,
    },
  };
}

/** What the tests ask of the service, each with the status that it must answer. */
export class Certwright {
  readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  async issue(body: unknown): Promise<IssuedCertificate> {
    return this.#expect(201, 'POST', '/v1/certificates', body);
  }

  /** An intermediate under `parent`, which is made as a root where it is not there yet. */
  async createAuthority(body: Readonly<Record<string, unknown>>): Promise<void> {
    const { name } = body;
    const usual = { keyAlgorithm: 'ecdsa-p256', subject: { commonName: `Test ${String(name)}` } };
    await this.#expect(201, 'POST', '/v1/authorities', { ...usual, ...body });
  }

  /** The PEM path of an authority, itself first and its root last. */
  async chainOf(authority: string): Promise<string> {
    const reply = await this.service.call('GET', `/v1/authorities/${authority}/chain`);
    return this.#checked(200, reply, 'chain').octets.toString('utf8');
  }

  async certificateOf(authority: string): Promise<string> {
    const path = `/v1/authorities/${authority}/certificate?format=pem`;
    const reply = await this.service.call('GET', path);
    return this.#checked(200, reply, path).octets.toString('utf8');
  }

  async declareTarget(body: unknown): Promise<void> {
    await this.#expect(201, 'POST', '/v1/rotation/targets', body);
  }

  async replaceTarget(name: string, body: unknown): Promise<void> {
    await this.#expect(200, 'PUT', `/v1/rotation/targets/${name}`, body);
  }

  async targetStatus(name: string): Promise<TargetStatus> {
    const path = `/v1/rotation/targets/${name}`;
    const { status } = await this.#expect<{ status: TargetStatus }>(200, 'GET', path);
    return status;
  }

  /** Waits until the target is in `state`, and `also` holds where it is given. */
  async untilState(
    name: string,
    state: TargetStatus['state'],
    patience: Patience = {},
    also: (status: TargetStatus) => boolean = () => true,
  ): Promise<TargetStatus> {
    const what = `target ${name} is ${state}`;
    const ask = async () => {
      const status = await this.targetStatus(name);
      if (status.state === state && also(status)) return status;
      throw new Error(`it is ${JSON.stringify(status)}`);
    };
    return until(what, ask, patience);
  }

  /** Waits until the places of a target are in `state`, looked at for the certificate that it has now. */
  async untilServed(
    name: string,
    state: ServedStatus['state'],
    patience: Patience = {},
  ): Promise<ServedStatus> {
    const ask = async () => {
      const { served, serialNumber } = await this.targetStatus(name);
      if (served?.state === state && served.serialNumber === serialNumber) return served;
      throw new Error(`it is ${JSON.stringify(served)}`);
    };
    return until(`what is served of ${name} is ${state}`, ask, patience);
  }

  async rotate(name: string): Promise<RotationItem> {
    const path = `/v1/rotation/targets/${name}/rotate`;
    const { items } = await this.#expect<{ items: RotationItem[] }>(200, 'POST', path);
    const [item] = items;
    if (items.length !== 1 || item === undefined) throw new Error(`${items.length} items`);
    return item;
  }

  async runPass(body?: { readonly force: boolean }): Promise<readonly RotationItem[]> {
    const path = '/v1/rotation/run';
    const { items } = await this.#expect<{ items: RotationItem[] }>(200, 'POST', path, body);
    return items;
  }

  async #expect<T>(status: number, method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.service.call<T>(method, path, body === undefined ? {} : { body });
    return this.#checked(status, reply, `${method} ${path}`).body;
  }

  #checked<T>(status: number, reply: Reply<T>, what: string): Reply<T> {
    if (reply.status === status) return reply;
    const text = reply.octets.toString('utf8');
    throw new Error(`${what}: ${status} was expected and ${reply.status} came: ${text}`);
  }
}
