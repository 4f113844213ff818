import type { ApiClient, Reply } from '../support/api-client.ts';
import { type CertificateJson, issue } from './certificates-on-the-wire.ts';

interface JournalEntry {
  readonly action: string;
  readonly requestId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A request that issues. */
export interface IssuingRequest {
  readonly path: string;
  readonly body: unknown;
  /** Something else that would be granted. */
  readonly otherBody: unknown;
  /** The same with a key that takes long enough to make that another request comes meanwhile. */
  readonly slowBody: unknown;
  readonly issues: number;
  /** Whether its answer holds keys. */
  readonly hasKeys: boolean;
}

/** Sends requests that are marked with an `Idempotency-Key`. */
export class MarkedRequests {
  readonly #api: ApiClient;
  #count = 0;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** A request for each operation that issues, of names that no other one has. */
  readonly operations: Readonly<Record<string, () => Promise<IssuingRequest>>> = {
    '/v1/certificates': () => {
      const [body, otherBody] = [this.leaf(), this.leaf()];
      const slowBody = { ...body, keyAlgorithm: 'rsa-4096' };
      const path = '/v1/certificates';
      return Promise.resolve({ path, body, otherBody, slowBody, issues: 1, hasKeys: true });
    },
    '/v1/certificates/{serialNumber}/renew': () => this.#succession('renew'),
    '/v1/certificates/{serialNumber}/rekey': () => this.#succession('rekey'),
    '/v1/certificates/batch': () => {
      const items = [this.leaf(), { ...this.leaf(), dnsNames: [] }, {}];
      const many = Array.from({ length: 60 }, () => this.leaf());
      const slow = { ...this.leaf(), keyAlgorithm: 'rsa-4096' };
      const bodies = { body: [...items, ...many], otherBody: items, slowBody: [...items, slow] };
      const inItems = Object.entries(bodies).map(([name, own]) => [name, { items: own }]);
      const made = Object.fromEntries(inItems) as Record<keyof typeof bodies, unknown>;
      const path = '/v1/certificates/batch';
      return Promise.resolve({ path, ...made, issues: 61, hasKeys: true });
    },
    '/v1/authorities': () => {
      const [body, otherBody] = [this.authority(), this.authority()];
      const slowBody = { ...body, keyAlgorithm: 'rsa-4096' };
      const path = '/v1/authorities';
      return Promise.resolve({ path, body, otherBody, slowBody, issues: 1, hasKeys: false });
    },
  };

  /** A body for a certificate of its own name. */
  leaf() {
    this.#count += 1;
    const dnsNames = [`host-${this.#count}.example.org`];
    return { authority: 'issuing', profile: 'server', dnsNames };
  }

  /** A body for an authority of its own name. */
  authority() {
    this.#count += 1;
    const terms = { kind: 'intermediate', parent: 'root', keyAlgorithm: 'ecdsa-p256' };
    const subject = { commonName: 'Example Issuing' };
    return { name: `authority-${this.#count}`, ...terms, subject, validity: '2y' };
  }

  send(path: string, body: unknown, key: string): Promise<Reply> {
    return this.#api.post(path, body, { headers: { 'Idempotency-Key': key } });
  }

  /** Of everything that was ever issued. */
  async serialNumbers(): Promise<readonly string[]> {
    const reply = await this.#api.get('/v1/certificates?limit=1000');
    const { items } = reply.json<{ items: readonly CertificateJson[] }>();
    return items.map(({ serialNumber }) => serialNumber);
  }

  /** What the journal says of the request that was answered so. */
  async journalOf({ headers }: Reply): Promise<readonly JournalEntry[]> {
    const reply = await this.#api.get('/v1/audit?limit=1000');
    const { items } = reply.json<{ items: readonly JournalEntry[] }>();
    return items.filter(({ requestId }) => requestId === headers['x-request-id']);
  }

  async #succession(way: 'renew' | 'rekey'): Promise<IssuingRequest> {
    const old = way === 'renew' ? {} : { keyAlgorithm: 'ecdsa-p384' };
    const { serialNumber } = await issue(this.#api, { ...this.leaf(), ...old });
    const path = `/v1/certificates/${serialNumber}/${way}`;
    const bodies = { body: { validity: '7d' }, otherBody: { validity: '8d' } };
    const slowBody = way === 'renew' ? bodies.body : { keyAlgorithm: 'rsa-4096' };
    return { path, ...bodies, slowBody, issues: 1, hasKeys: way === 'rekey' };
  }
}
