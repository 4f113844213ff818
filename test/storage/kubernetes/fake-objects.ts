import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { kubeconfigOf, listen, TOKEN, temporaryFolder } from './fake-api-server.ts';

/** An object as the fake keeps it. */
export interface FakeObject {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: FakeObject;
}

/** What a test has the server do with a request instead of answering it. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly reason?: string }
  | 'hang'
  | 'reset'
  /** A watch that is opened and ended. */
  | 'empty'
  /** A watch whose only event is this text. */
  | { readonly lines: string };

export interface Asked {
  readonly kind: 'list' | 'watch' | 'get' | 'other';
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** Keeps objects of one kind, lists them in pages and tells of their changes, as a real API server does. */
export class FakeObjects {
  readonly asked: Asked[] = [];
  /** Decides about each request before it is answered. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  /** While true, open watches hear nothing; what they miss comes when it is false again. */
  isSilent = false;
  readonly #objects = new Map<string, FakeObject>();
  #history: Change[] = [];
  #version = 100;
  #oldest = 0;
  readonly #watches = new Map<ServerResponse, number>();
  kubeconfig = '';
  url = '';
  #cut: () => void = () => undefined;
  #count: () => Promise<number> = async () => 0;

  static async start(t: TestContext): Promise<FakeObjects> {
    const fake = new FakeObjects();
    const server = createServer((incoming, outgoing) => void fake.#answer(incoming, outgoing));
    fake.url = `http://127.0.0.1:${await listen(t, server)}`;
    fake.kubeconfig = join(temporaryFolder(t), 'config');
    writeFileSync(fake.kubeconfig, kubeconfigOf(fake.url, { token: TOKEN }));
    fake.#cut = () => server.closeAllConnections();
    fake.#count = () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      });
    return fake;
  }

  lists(): number {
    return this.asked.filter(({ kind }) => kind === 'list').length;
  }

  watches(): number {
    return this.asked.filter(({ kind }) => kind === 'watch').length;
  }

  gets(): number {
    return this.asked.filter(({ kind }) => kind === 'get').length;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  connections(): Promise<number> {
    return this.#count();
  }

  /** Breaks off all connections. */
  cut(): void {
    this.#cut();
  }

  set(object: FakeObject): FakeObject {
    const { name } = object.metadata;
    const type = this.#objects.has(name) ? 'MODIFIED' : 'ADDED';
    const resourceVersion = String(this.#next());
    const kept = {
      ...object,
      metadata: { uid: `uid-${name}`, ...object.metadata, resourceVersion },
    };
    this.#objects.set(name, kept);
    this.#tell({ version: this.#version, type, object: kept });
    return kept;
  }

  delete(name: string): void {
    const object = this.#objects.get(name);
    if (!object) throw new Error(`there is no ${name}`);
    this.#objects.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(this.#next()) };
    this.#tell({ version: this.#version, type: 'DELETED', object: { ...object, metadata } });
  }

  /** A version goes by that concerns nobody, and watches hear of it. */
  bookmark(): void {
    const metadata = { resourceVersion: String(this.#next()) };
    for (const [watch] of this.#watches) write(watch, { type: 'BOOKMARK', object: { metadata } });
  }

  /** Ends all watches in good order, as the API server does after their time. */
  endWatches(): void {
    for (const [watch] of this.#watches) watch.end();
  }

  /** Forgets the history: a watch that is to go on from before is refused with 410. */
  compact(): void {
    this.#oldest = this.#next();
    this.#history = [];
  }

  speak(): void {
    this.isSilent = false;
    for (const [watch, from] of this.#watches) this.#catchUp(watch, from);
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }

  #tell(change: Change): void {
    this.#history.push(change);
    if (this.isSilent) return;
    for (const [watch, from] of this.#watches) this.#catchUp(watch, from);
  }

  #catchUp(watch: ServerResponse, from: number): void {
    for (const { version, type, object } of this.#history) {
      if (version > from) write(watch, { type, object });
    }
    this.#watches.set(watch, this.#version);
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = (await incoming.toArray()).join('');
    const url = new URL(incoming.url ?? '', 'http://fake');
    const kind = kindOf(incoming, url);
    const asked = { kind, url, authorization: incoming.headers.authorization };
    this.asked.push(asked);
    const fault = this.fault(asked);
    if (fault !== undefined) answerFault(fault, outgoing);
    else if (kind === 'watch') this.#watch(url, outgoing);
    else if (kind === 'list') this.#list(url, outgoing);
    else this.#one(incoming.method ?? '', url, { body, outgoing });
  }

  #one(
    method: string,
    url: URL,
    { body, outgoing }: { body: string; outgoing: ServerResponse },
  ): void {
    const name = url.pathname.split('/').at(-1) ?? '';
    if (method === 'PATCH') json(outgoing, 200, this.set(JSON.parse(body) as FakeObject));
    else if (!this.#objects.has(name)) refuse(outgoing, 404, { kind: 'secrets' });
    else if (method === 'DELETE') {
      this.delete(name);
      json(outgoing, 200, { kind: 'Status', status: 'Success' });
    } else json(outgoing, 200, this.#objects.get(name));
  }

  #list(url: URL, outgoing: ServerResponse): void {
    const all = [...this.#objects.values()];
    const limit = Number(url.searchParams.get('limit') ?? all.length) || all.length;
    const [at, version] = (url.searchParams.get('continue') ?? `0/${this.#version}`).split('/');
    if (Number(version) < this.#oldest) {
      refuse(outgoing, 410);
      return;
    }
    const end = Number(at) + limit;
    const next = end < all.length ? { continue: `${end}/${version}` } : {};
    const metadata = { resourceVersion: version, ...next };
    json(outgoing, 200, { metadata, items: all.slice(Number(at), end) });
  }

  #watch(url: URL, outgoing: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < this.#oldest) {
      refuse(outgoing, 410);
      return;
    }
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.flushHeaders();
    this.#watches.set(outgoing, from);
    outgoing.on('close', () => this.#watches.delete(outgoing));
    if (!this.isSilent) this.#catchUp(outgoing, from);
  }
}

function kindOf({ method }: IncomingMessage, url: URL): Asked['kind'] {
  if (method !== 'GET') return 'other';
  if (url.searchParams.has('watch')) return 'watch';
  return /\/(secrets|gateways|things|pods|services|deployments|ingresses|referencegrants)$/.test(
    url.pathname,
  )
    ? 'list'
    : 'get';
}

function answerFault(fault: Fault, outgoing: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  if (fault === 'empty' || 'lines' in fault) {
    outgoing.writeHead(200).end(fault === 'empty' ? '' : fault.lines);
    return;
  }
  for (const [name, value] of Object.entries(fault.headers ?? {})) outgoing.setHeader(name, value);
  refuse(outgoing, fault.status, {}, fault.reason);
}

function refuse(outgoing: ServerResponse, code: number, details: object = {}, message = ''): void {
  const reason = code === 404 ? 'NotFound' : 'Expired';
  json(outgoing, code, { kind: 'Status', status: 'Failure', code, reason, message, details });
}

function json(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}

function write(watch: ServerResponse, event: object): void {
  watch.write(`${JSON.stringify(event)}\n`);
}
