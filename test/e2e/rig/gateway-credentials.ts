/**
 * A stand-in for the part of Istio's control plane that turns Secrets into what a gateway serves.
 *
 * Istio's control plane is not to be had from the package registries, and its release cannot be
 * installed where these tests run. This program follows the same Secrets through the same API and
 * gives them to the same Envoy by the rules that were read in istiod's source and tried with a real
 * one (istio `pilot/pkg/credentials/kube/secrets.go`): which entry of which Secret wins, that an incomplete Secret pushes
 * nothing, that a deleted one leaves the last good push in force, and that nobody checks whether a
 * key belongs to its certificate. Two things differ: it writes files for Envoy's file SDS instead of
 * streaming, and it does not wait for changes to settle (istiod waits 100 ms).
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  authoritiesSecretName,
  clientAuthorities,
  type Secrets,
  serverPair,
} from './credential-parts.ts';
import { type KubeApi, type KubeSecret, secretsOf, type WatchEvent } from './kube-api.ts';
import { type SdsContent, writeSdsFile } from './sds-file.ts';
import type { World } from './world.ts';

/** Whose credentials are followed, and where they are laid out. */
export interface GatewayCredentialsOptions {
  readonly api: KubeApi;
  /** The namespace of the gateway's pod: istiod looks nowhere else. */
  readonly namespace: string;
  readonly credentialNames: readonly string[];
  readonly sdsFolder: string;
  /** Whether a push gets lost, as that of a good Secret does beside a bad one; the next event makes another. */
  readonly losesPush?: (credentialName: string) => boolean;
}

interface SecretList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeSecret[];
}

/** Lays out what has changed; with a Secret's name, that of its credential alone. */
type LayOut = (secrets: Secrets, changed?: string) => void;

const RETRY_MS = 200;

/** Follows the Secrets until the world ends, through every outage of the API server. */
export function followGatewayCredentials(world: World, options: GatewayCredentialsOptions): void {
  const layOut = layerOut(options);
  // Envoy wants the files to exist; an empty one means "not known yet".
  layOut(new Map());
  const stop = new AbortController();
  const following = followUntil(stop.signal, options, layOut);
  world.defer(async () => {
    stop.abort();
    await following;
  });
}

async function followUntil(
  signal: AbortSignal,
  options: GatewayCredentialsOptions,
  layOut: LayOut,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await listAndWatch(signal, options, layOut);
    } catch {
      // The API server is down, or the watch is too old: list again, as every informer does.
      await delay(RETRY_MS);
    }
  }
}

async function listAndWatch(
  signal: AbortSignal,
  { api, namespace }: GatewayCredentialsOptions,
  layOut: LayOut,
): Promise<void> {
  const path = secretsOf(namespace);
  const list = await api.call<SecretList>('GET', path);
  const secrets = new Map(list.items.map((secret) => [secret.metadata.name, secret]));
  layOut(secrets);
  const query = `watch=true&resourceVersion=${list.metadata.resourceVersion}`;
  await api.watch<KubeSecret>(`${path}?${query}`, signal, (event) => {
    applyEvent(secrets, event);
    layOut(secrets, event.object.metadata.name);
  });
}

function applyEvent(secrets: Map<string, KubeSecret>, event: WatchEvent<KubeSecret>): void {
  const { name } = event.object.metadata;
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      secrets.set(name, event.object);
      return;
    case 'DELETED':
      secrets.delete(name);
      return;
    case 'BOOKMARK':
      return;
    case 'ERROR':
      throw new Error('the watch has expired');
  }
}

/** Writes what has changed since the last time; what is gone or incomplete stays as it was pushed. */
function layerOut({ credentialNames, sdsFolder, losesPush }: GatewayCredentialsOptions): LayOut {
  const pushed = new Map<string, string>();
  const push = (name: string, content: SdsContent | undefined) => {
    if (content === undefined && pushed.has(name)) return;
    const text = JSON.stringify(content);
    if (pushed.has(name) && (pushed.get(name) === text || losesPush?.(name))) return;
    pushed.set(name, text);
    writeSdsFile(sdsFolder, name, content);
  };
  return (secrets: Secrets, changed?: string) => {
    for (const name of credentialNames) {
      const authorities = authoritiesSecretName(name);
      if (changed !== undefined && ![name, authorities].includes(changed)) continue;
      push(name, serverPair(secrets, name));
      push(authorities, clientAuthorities(secrets, name));
    }
  };
}
