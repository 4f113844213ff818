import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ANY_PORTS, NODE, ownEnvironment } from '../support/running-certwright.ts';

const PROGRAM = fileURLToPath(new URL('../../main.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 30_000;

/** A folder in which a service is started once or several times. */
export interface Home {
  readonly folder: string;
  readonly dataDir: string;
  readonly adminToken: () => string;
  readonly rootPem: () => string;
  readonly newFolder: (name: string) => string;
}

/** A new, empty folder; gone after the tests of the file. */
export function newHome(): Home {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certwright-process-')));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const text = (name: string) => readFileSync(join(dataDir, name), 'utf8');
  return {
    folder,
    dataDir,
    adminToken: () => text('admin-token').trim(),
    rootPem: () => text('root.pem'),
    newFolder: (name) => {
      const path = join(folder, name);
      if (!existsSync(path)) mkdirSync(path);
      return path;
    },
  };
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A service as a process, with its output and its end; it is killed after the tests at the latest. */
export class ServiceProcess {
  readonly child: ChildProcess;
  readonly home: Home;
  readonly ended: Promise<Ended>;
  output = '';
  #ready = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  #line: Readonly<Record<string, unknown>> = {};

  constructor(home: Home, environment: Readonly<Record<string, string>> = {}, isByNpm = false) {
    this.home = home;
    const own = { PKI_DATA_DIR: home.dataDir, ...ANY_PORTS, ...environment };
    const env = { ...ownEnvironment(), HOME: home.folder, ...own };
    this.child = isByNpm
      ? spawn('npm', ['start'], { cwd: REPOSITORY, env, detached: true })
      : spawn(NODE, [PROGRAM], { cwd: home.folder, env });
    after(() => this.kill());
    this.ended = this.#watch();
    this.#ready.promise.catch(() => undefined);
  }

  /** Until both listeners listen. */
  async ready(): Promise<this> {
    this.#line = await this.#ready.promise;
    return this;
  }

  get management(): string {
    return String(this.#line['management']);
  }

  get distribution(): string {
    return String(this.#line['distribution']);
  }

  get readyMessage(): string {
    return String(this.#line['msg']);
  }

  /** The process that runs the service itself, whoever started it. */
  get pid(): number {
    return Number(this.#line['pid']);
  }

  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async #watch(): Promise<Ended> {
    const { child } = this;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString('utf8');
    });
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    const patience = setTimeout(() => this.kill(), PATIENCE_MS);
    this.#ready.promise.then(
      () => clearTimeout(patience),
      () => undefined,
    );
    const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    clearTimeout(patience);
    this.#ready.reject(new Error(`ended before it was ready:\n${this.output}`));
    return { status, signal, output: this.output };
  }

  #read(line: string): void {
    this.output += `${line}\n`;
    if (!line.includes('"distribution"')) return;
    this.#ready.resolve(JSON.parse(line) as Record<string, unknown>);
  }
}

/** Starts a service and waits until it is ready. */
export function started(
  home: Home,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  return new ServiceProcess(home, environment).ready();
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: <T>() => T;
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly isKeptAlive?: boolean;
}

/** One request to the management listener, its certificate verified by `root.pem`. */
export function call(service: ServiceProcess, path: string, options: Call = {}): Promise<Answer> {
  const { home } = service;
  return exchange(service.management + path, {
    ...options,
    ca: home.rootPem(),
    headers: {
      Authorization: `Bearer ${options.token ?? home.adminToken()}`,
      ...options.headers,
    },
  });
}

/** One request to a URL. */
export function exchange(url: string, options: Call & { readonly ca?: string }): Promise<Answer> {
  const { method, body, headers = {}, ca, isKeptAlive = false } = options;
  const isTls = url.startsWith('https:');
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: isKeptAlive });
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = text === undefined ? {} : { 'Content-Type': 'application/json' };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = (isTls ? httpsRequest : httpRequest)(
    url,
    {
      method: method ?? (text === undefined ? 'GET' : 'POST'),
      headers: { ...sent, ...headers },
      agent,
      ...(ca === undefined ? {} : { ca }),
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0, headers: found } = answer;
        const whole = Buffer.concat(chunks).toString('latin1');
        const json = <T>() => JSON.parse(Buffer.from(whole, 'latin1').toString('utf8')) as T;
        resolve({ status: statusCode, headers: found, text: whole, json });
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end(text);
  return promise;
}

/** A body of `POST /v1/certificates`. */
export function serverCertificate(host: string, more: Readonly<Record<string, unknown>> = {}) {
  return { authority: 'issuing', profile: 'server', dnsNames: [host], ...more };
}
