import { stat } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { isUnauthorized } from './api-failure.ts';
import { Holds } from './holds.ts';
import { type ClusterAccess, loadKubeconfig, selectContext } from './kubeconfig.ts';
import { type OpenCluster, openCluster } from './open-cluster.ts';
import { ServerClocks } from './server-clocks.ts';

/** A kubeconfig as it was at `stamp`, with what has been made of it since. */
interface Loaded {
  readonly stamp: string;
  readonly kubeconfig: Promise<KubeConfig>;
  readonly clients: Map<string | undefined, Promise<OpenCluster>>;
}

/** Files are not looked at more often, however many questions there are. */
const LOOK_MS = 100;

/** API clients by context; all are made anew when a kubeconfig file has changed. */
export class Clusters {
  readonly #access: ClusterAccess;
  readonly #timeoutMs: number;
  readonly #holds = new Holds();
  readonly clocks = new ServerClocks();
  #loaded: Loaded | undefined;
  #stamp: string | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #change = new AbortController();

  constructor(access: ClusterAccess, timeoutMs: number) {
    this.#access = access;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws {PkiError} `target-unavailable` where a kubeconfig file cannot be read */
  async hasContext(name: string): Promise<boolean> {
    if (this.#access.kubeconfigFiles.length === 0) return false;
    return this.#using(
      async ({ kubeconfig }) => (await kubeconfig).getContextObject(name) !== null,
    );
  }

  /**
   * Asks the API server of `context`, unless that has asked to be left alone. A 401 costs a second try with fresh
   * credentials: a token may have been replaced since it was read, and a credential plugin need not say when its token
   * ends.
   */
  async ask<T>(
    context: string | undefined,
    question: (cluster: OpenCluster) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#askOnce(context, question);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      this.#loaded = undefined;
      this.#lookedAt = Number.NEGATIVE_INFINITY;
      return this.#askOnce(context, question);
    }
  }

  /**
   * Aborted once a kubeconfig file is found to be changed: what lasts, such as a watch, may be on another
   * API server than the one that is asked from then on. Files are looked at by questions, ten times a second at most.
   */
  async untilChanged(): Promise<AbortSignal> {
    await this.#followStamp();
    return this.#change.signal;
  }

  async #askOnce<T>(
    context: string | undefined,
    question: (cluster: OpenCluster) => Promise<T>,
  ): Promise<T> {
    const client = await this.#client(context);
    this.#holds.assertNone(context);
    try {
      return await question(client);
    } catch (error) {
      this.#holds.note(context, error);
      throw error;
    }
  }

  async #client(context: string | undefined): Promise<OpenCluster> {
    return this.#using(async ({ kubeconfig, clients }) => {
      const client = clients.get(context) ?? this.#open(kubeconfig, context);
      clients.set(context, client);
      return client;
    });
  }

  async #open(kubeconfig: Promise<KubeConfig>, context: string | undefined): Promise<OpenCluster> {
    const selected = await selectContext(await kubeconfig, context);
    return openCluster(selected, {
      timeoutMs: this.#timeoutMs,
      hearDate: (date, sentAtMs) => this.clocks.note(context, date, sentAtMs),
    });
  }

  /** Failures are not kept: the next one to ask reads the files again. */
  async #using<T>(use: (loaded: Loaded) => Promise<T>): Promise<T> {
    const loaded = await this.#load();
    try {
      return await use(loaded);
    } catch (error) {
      if (this.#loaded === loaded) this.#loaded = undefined;
      throw error;
    }
  }

  async #load(): Promise<Loaded> {
    const stamp = await this.#followStamp();
    if (this.#loaded?.stamp !== stamp) {
      const kubeconfig = loadKubeconfig(this.#access);
      this.#loaded = { stamp, kubeconfig, clients: new Map() };
    }
    return this.#loaded;
  }

  async #followStamp(): Promise<string> {
    const isFresh = performance.now() - this.#lookedAt < LOOK_MS;
    if (isFresh && this.#stamp !== undefined) return this.#stamp;
    this.#lookedAt = performance.now();
    const stamp = await stampOf(this.#access.kubeconfigFiles);
    if (this.#stamp !== undefined && this.#stamp !== stamp) {
      this.#change.abort();
      this.#change = new AbortController();
      this.#holds.clear();
      this.clocks.clear();
    }
    this.#stamp = stamp;
    return stamp;
  }
}

/** Changes with every change of a file or of its rights, and when one file takes another's place. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return JSON.stringify(stats.map((found) => [found?.ino, found?.size, found?.ctimeMs]));
}
