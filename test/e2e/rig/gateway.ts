import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { type Envoy, startEnvoy } from './envoy.ts';
import type { GatewayHost } from './envoy-bootstrap.ts';
import { followGatewayCredentials } from './gateway-credentials.ts';
import type { World } from './world.ts';

/** An ingress gateway: Envoy, and the stand-in that supplies it with the namespace's Secrets. */
export async function startGateway(
  world: World,
  cluster: Cluster,
  { namespace, hosts }: { readonly namespace: string; readonly hosts: readonly GatewayHost[] },
): Promise<Envoy> {
  const sdsFolder = mkdtempSync(join(world.folder, 'sds-'));
  const credentialNames = [...new Set(hosts.map(({ credentialName }) => credentialName))];
  followGatewayCredentials(world, { api: cluster.api, namespace, credentialNames, sdsFolder });
  return startEnvoy(world, hosts, sdsFolder);
}
