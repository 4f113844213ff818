import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { connectAgainAndAgain } from './rig/background-load.ts';
import { Certwright } from './rig/certwright.ts';
import { type Envoy, startEnvoy } from './rig/envoy.ts';
import { writeSdsFile } from './rig/sds-file.ts';
import { startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const host = 'webapp.example.org';
const name = 'webapp';

describe('A directory that Envoy reads by file SDS, without any cluster', () => {
  const world = newWorld();
  let certwright: Certwright;
  let envoy: Envoy;
  let ca: string;

  before(async () => {
    certwright = new Certwright(await startService(world));
    ca = await certwright.chainOf('issuing');
    const path = join(world.folder, 'webapp');
    mkdirSync(path);
    await certwright.declareTarget({
      name,
      authority: 'issuing',
      profile: 'server',
      dnsNames: [host],
      validity: '30d',
      destination: { type: 'directory', path },
    });
    await certwright.untilState(name, 'current');
    const sdsFolder = join(world.folder, 'sds');
    writeSdsFile(sdsFolder, name, {
      tls_certificate: {
        certificate_chain: { filename: join(path, 'current', 'tls.crt') },
        private_key: { filename: join(path, 'current', 'tls.key') },
        watched_directory: { path },
      },
    });
    const hosts = [{ host, credentialName: name, mode: 'SIMPLE' }] as const;
    envoy = await startEnvoy(world, hosts, sdsFolder);
  });

  it('serves what was written', async () => {
    const { serialNumber } = await certwright.targetStatus(name);
    const seen = await visit(envoy.httpsPort, { host, ca });
    assert.deepEqual([seen.serialNumber, seen.isVerified], [serialNumber, true]);
  });

  it('serves each rotation within 5 s without a restart, and no request fails', async () => {
    const load = connectAgainAndAgain(world, { port: envoy.httpsPort, host, ca });
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const { serialNumber } = await certwright.rotate(name);
      await until(
        `${serialNumber} is served`,
        async () => (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber,
        { withinMs: 5_000 },
      );
    }
    assert.deepEqual((await load.stop()).failures, []);
  });
});
