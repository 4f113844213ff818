import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { tourBlocks, withVariables } from '../support/readme.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { secretPart } from './rig/kube-api.ts';
import { isConsistent } from './rig/secret-pair.ts';
import { type Service, startService } from './rig/service.ts';
import { newWorld } from './rig/world.ts';

describe("The README's tour of a cluster", () => {
  const world = newWorld();
  const folder = join(world.folder, 'checkout');
  let cluster: Cluster;
  let service: Service;

  before(async () => {
    cluster = await startCluster(world);
    // The tour looks for the data beside it, as `npm start` without settings lays them.
    const dataFolder = join(folder, 'data');
    mkdirSync(dataFolder, { recursive: true });
    service = await startService(world, { kubeconfig: cluster.kubeconfig, dataFolder });
  });

  it('works as it stands, apart from the ports', async () => {
    const { management, distribution } = service;
    const variables = { API: management, PUBLIC: distribution };
    const output = execFileSync('bash', ['-euo', 'pipefail'], {
      input: withVariables(block('prepare'), variables) + block('cluster'),
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: world.folder,
        TMPDIR: world.folder,
        KUBECONFIG: cluster.kubeconfig,
      },
    });
    const secret = await cluster.api.secret('default', 'webapp-credential');
    assert.ok(secret && isConsistent(secret));
    const { serialNumber } = new X509Certificate(secretPart(secret, 'tls.crt') ?? '');
    assert.match(output, new RegExp(`serial=${serialNumber}`, 'i'));
  });
});

function block(name: string): string {
  const found = tourBlocks().find(({ step }) => step === name);
  return found?.script ?? assert.fail(`README.md has no block "tour: ${name}"`);
}
