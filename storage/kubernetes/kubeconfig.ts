import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { parse as parseYaml } from 'yaml';
import { PkiError } from '../../src/errors.ts';
import { loadClientNode } from './client-node.ts';

/** Where a pod finds the API server of its own cluster. */
export interface InCluster {
  /** `https://` with the address from `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`. */
  readonly server: string;
  /** The folder in which the kubelet keeps `token` and `ca.crt` fresh. */
  readonly credentialsDir: string;
}

/** Where the clusters are; whoever fills it in has read the environment, nobody here does. */
export interface ClusterAccess {
  /** In kubectl's order of precedence; where there are any, `inCluster` is not used. */
  readonly kubeconfigFiles: readonly string[];
  readonly inCluster?: InCluster;
}

/** The two places of a kubeconfig that this service reads by itself. */
interface RawKubeconfig {
  readonly users?: readonly { readonly name?: string; readonly user?: { tokenFile?: string } }[];
}

/**
 * The kubeconfig files merged as kubectl merges them (the first to define a name wins, missing
 * files are passed over), or one context for the cluster that this process runs in.
 *
 * The client's own default ends at `localhost:8080` without a word; here no access is an error.
 *
 * @throws {PkiError} `target-unavailable`
 */
export async function loadKubeconfig(access: ClusterAccess): Promise<KubeConfig> {
  const client = await loadClientNode();
  const kubeconfig = new client.KubeConfig();
  if (access.kubeconfigFiles.length === 0) {
    kubeconfig.loadFromOptions(inClusterOptions(access.inCluster));
    return kubeconfig;
  }
  const texts = await Promise.all(access.kubeconfigFiles.map(textOf));
  const parts = texts.flatMap((text, index) =>
    text === undefined ? [] : [parse(client, text, dirname(access.kubeconfigFiles[index] ?? ''))],
  );
  if (parts.length === 0) throw unavailable('none of the kubeconfig files exists');
  kubeconfig.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap(({ clusters }) => clusters)),
    users: firstOfEachName(parts.flatMap(({ users }) => users)),
    contexts: firstOfEachName(parts.flatMap(({ contexts }) => contexts)),
    currentContext: parts.map(({ currentContext }) => currentContext).find(Boolean),
  });
  return kubeconfig;
}

/**
 * The same kubeconfig with `context` chosen, and nothing of it shared but the text: the client
 * keeps one token per kubeconfig, whichever the user.
 *
 * @throws {PkiError} `target-unavailable`
 */
export async function selectContext(kubeconfig: KubeConfig, context?: string): Promise<KubeConfig> {
  const { KubeConfig } = await loadClientNode();
  const { clusters, users, contexts, currentContext } = kubeconfig;
  const selected = new KubeConfig();
  selected.loadFromOptions({
    clusters,
    users,
    contexts,
    currentContext: context ?? currentContext,
  });
  const name = selected.currentContext as string | undefined;
  if (!name) throw unavailable('the kubeconfig has no current context: name one');
  if (!selected.getContextObject(name))
    throw unavailable(`the kubeconfig has no context "${name}"`);
  if (!selected.getCurrentCluster()) throw unavailable(`context "${name}" names no known cluster`);
  // Without a user the client would ask as nobody, and the refusal would speak of missing rights.
  if (!selected.getCurrentUser()) throw unavailable(`context "${name}" names no known user`);
  return selected;
}

async function textOf(file: string): Promise<string | undefined> {
  const octets = await octetsOf(file);
  if (octets && !isUtf8(octets)) throw unavailable('a kubeconfig file is not UTF-8');
  return octets?.toString('utf8');
}

async function octetsOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unavailable('a kubeconfig file cannot be read', cause);
  }
}

type Client = Awaited<ReturnType<typeof loadClientNode>>;

function parse(client: Client, text: string, folder: string): KubeConfig {
  const kubeconfig = new client.KubeConfig();
  try {
    kubeconfig.loadFromString(text);
    kubeconfig.makePathsAbsolute(folder);
    const { users = [] } = parseYaml(text, { logLevel: 'error' }) as RawKubeconfig;
    kubeconfig.users = kubeconfig.users.map((user) => {
      const tokenFile = users.find(({ name }) => name === user.name)?.user?.tokenFile;
      return tokenFile === undefined ? user : readingTokenFrom(resolve(folder, tokenFile), user);
    });
  } catch (error) {
    // What lies below the first line of a YAML error quotes the file, tokens and all.
    const [reason] = String(error).split('\n');
    throw unavailable('a kubeconfig file is not of the known form', new Error(reason));
  }
  return kubeconfig;
}

/** The client knows `tokenFile` only by another spelling; a token beside it gives way, as in kubectl. */
function readingTokenFrom(tokenFile: string, { token: _, ...user }: User): User {
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
}

function inClusterOptions(inCluster: InCluster | undefined) {
  if (!inCluster) throw unavailable('there is no kubeconfig, and this service runs in no cluster');
  const { server, credentialsDir } = inCluster;
  const name = 'in-cluster';
  const user = readingTokenFrom(join(credentialsDir, 'token'), { name });
  return {
    clusters: [{ name, server, caFile: join(credentialsDir, 'ca.crt'), skipTLSVerify: false }],
    users: [user],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  };
}

function firstOfEachName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return items.filter(
    ({ name }, index) => items.findIndex((other) => other.name === name) === index,
  );
}

function unavailable(reason: string, cause?: unknown): PkiError {
  return new PkiError('target-unavailable', `Kubernetes cannot be reached: ${reason}`, { cause });
}
