import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { sendHttps } from './https-request.ts';

/** A Kubernetes object, as far as the tests look into one. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly Readonly<Record<string, unknown>>[];
  };
  readonly [member: string]: unknown;
}

/** A Secret as it comes over the wire: `data` is Base64. */
export interface KubeSecret extends KubeObject {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

/** One line of a watch. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** What it takes to speak to an API server as somebody. */
export interface KubeAccess {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}

/** A refusal by the API server, or an answer that was not expected. */
class KubeRefusal extends Error {
  override readonly name = 'KubeRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The API server in plain HTTP: what the tests do to the cluster goes another way than what the
 * service does, so that a fault in its client library shows.
 */
export class KubeApi {
  readonly access: KubeAccess;

  constructor(access: KubeAccess) {
    this.access = access;
  }

  /** Sends `body` as JSON and gives the answer's JSON; anything but 2xx is a `KubeRefusal`. */
  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<T> {
    const { url, ca, token } = this.access;
    const answer = await sendHttps({
      url: url + path,
      method,
      ca,
      token,
      headers: { 'content-type': contentType, accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = answer.body.toString('utf8');
    if (answer.status >= 300) {
      throw new KubeRefusal(answer.status, `${method} ${path}: ${answer.status} ${text}`);
    }
    return JSON.parse(text) as T;
  }

  async createNamespace(name: string): Promise<void> {
    await this.call('POST', '/api/v1/namespaces', { metadata: { name } });
  }

  /** The Secret, or `undefined` where there is none. */
  async secret(namespace: string, name: string): Promise<KubeSecret | undefined> {
    try {
      return await this.call('GET', `${secretsOf(namespace)}/${name}`);
    } catch (failure) {
      if (failure instanceof KubeRefusal && failure.status === 404) return undefined;
      throw failure;
    }
  }

  async createSecret(namespace: string, secret: KubeSecret): Promise<KubeSecret> {
    return this.call('POST', secretsOf(namespace), secret);
  }

  async deleteSecret(namespace: string, name: string): Promise<void> {
    await this.call('DELETE', `${secretsOf(namespace)}/${name}`);
  }

  /** Changes a Secret the way that a hand with `kubectl edit` or `kubectl patch` does; `null` removes. */
  async patchSecret(namespace: string, name: string, patch: unknown): Promise<KubeSecret> {
    const path = `${secretsOf(namespace)}/${name}?fieldManager=by-hand`;
    return this.call('PATCH', path, patch, 'application/merge-patch+json');
  }

  /** Follows a watch until the server ends it or `signal` does. */
  async watch<T>(
    path: string,
    signal: AbortSignal,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const { url, ca, token } = this.access;
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const lines = await new Promise<AsyncIterable<string>>((resolve, reject) => {
      const outgoing = request(url + path, { ca, agent: false, headers, signal });
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        if (incoming.statusCode === 200) return resolve(createInterface({ input: incoming }));
        incoming.resume();
        return reject(new KubeRefusal(incoming.statusCode ?? 0, `watch ${path}`));
      });
      outgoing.end();
    });
    for await (const line of lines) onEvent(JSON.parse(line) as WatchEvent<T>);
  }
}

/** The path of a namespace's Secrets. */
export function secretsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

/** `data` of a Secret, from text. */
export function secretData(parts: Readonly<Record<string, string>>): Record<string, string> {
  const encoded = Object.entries(parts).map(([name, text]) => [
    name,
    Buffer.from(text).toString('base64'),
  ]);
  return Object.fromEntries(encoded) as Record<string, string>;
}

/** One part of a Secret, as text. */
export function secretPart(secret: KubeSecret | undefined, name: string): string | undefined {
  const encoded = secret?.data?.[name];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}
