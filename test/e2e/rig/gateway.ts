import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { type Envoy, startEnvoy } from './envoy.ts';
import type { GatewayHost } from './envoy-bootstrap.ts';
import { followGatewayCredentials, type GatewayCredentialsOptions } from './gateway-credentials.ts';
import type { World } from './world.ts';

/** An ingress gateway: Envoy, and the stand-in that supplies it with the namespace's Secrets. */
export async function startGateway(
  world: World,
  cluster: Cluster,
  gateway: { readonly namespace: string; readonly hosts: readonly GatewayHost[] } & Pick<
    GatewayCredentialsOptions,
    'losesPush'
  >,
): Promise<Envoy> {
  const sdsFolder = mkdtempSync(join(world.folder, 'sds-'));
  const { hosts, ...followed } = gateway;
  const credentialNames = [...new Set(hosts.map(({ credentialName }) => credentialName))];
  followGatewayCredentials(world, {
    ...followed,
    ...{ api: cluster.api, credentialNames, sdsFolder },
  });
  return startEnvoy(world, hosts, sdsFolder);
}
