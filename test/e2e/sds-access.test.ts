import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Certwright } from './rig/certwright.ts';
import { type Envoy, startEnvoyWith } from './rig/envoy.ts';
import { authorityExtensions, makeForeign } from './rig/openssl-authority.ts';
import { type SdsApi, sdsBootstrap } from './rig/sds-bootstrap.ts';
import {
  newClientFolder,
  type SdsWorld,
  sdsStatus,
  sdsTarget,
  startSdsWorld,
} from './rig/sds-world.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const URI = 'spiffe://example.org/edge';
const readers = { destination: { readers: [URI] } };

for (const api of ['GRPC', 'DELTA_GRPC'] satisfies readonly SdsApi[]) {
  describe(`What an Envoy may have by ${api}`, () => {
    const world = newWorld();
    let sds: SdsWorld;
    let certwright: Certwright;
    let folder: string;

    const start = (secret: string, from: string, nodeId = 'edge'): Promise<Envoy> => {
      const hosts = [{ host: `${secret}.example.org`, secret, mode: 'SIMPLE' }] as const;
      return startEnvoyWith(
        world,
        sdsBootstrap(hosts, { port: sds.port, folder: from, api, nodeId }),
      );
    };
    const served = async ({ httpsPort }: Envoy, secret: string) =>
      (await visit(httpsPort, { host: `${secret}.example.org` })).serialNumber;
    const untilServed = async (envoy: Envoy, secret: string) => {
      const { serialNumber } = await certwright.targetStatus(secret);
      await until(
        `${secret} is served`,
        async () => (await served(envoy, secret)) === serialNumber,
      );
    };
    const metric = async (line: RegExp): Promise<number> => {
      const answer = await fetch(`${certwright.service.distribution}/metrics`);
      return Number(line.exec(await answer.text())?.[1] ?? 0);
    };
    const refusedNames = () => metric(/^certwright_sds_refusals_total\{of="name"\} (\d+)$/m);
    const refusedClients = () => metric(/^certwright_sds_refusals_total\{of="client"\} (\d+)$/m);

    before(async () => {
      sds = await startSdsWorld(world);
      ({ certwright } = sds);
      await certwright.declareTarget(sdsTarget('shop', readers));
      await certwright.untilState('shop', 'current');
      folder = await newClientFolder(world, certwright, { uris: [URI] });
    });

    it('is nothing with another URI, and it does not ask again and again', async () => {
      const other = await newClientFolder(world, certwright, { uris: [`${URI}/sds/bank`] });
      const envoy = await start('shop', other);
      await until('it was refused', async () => (await refusedNames()) > 0);
      await certwright.rotate('shop');
      assert.equal(await served(envoy, 'shop'), undefined);
      assert.equal(await refusedNames(), 1);
      assert.deepEqual((await sdsStatus(certwright, 'shop')).sds.subscribers, []);
      assert.deepEqual(await envoy.activeSecretNames(), []);
      await envoy.stop('SIGTERM');
    });

    it('is what is declared after it has asked, as soon as that is there', async () => {
      const envoy = await start('late', folder);
      await until('it was refused', async () => (await refusedNames()) > 1);
      await certwright.declareTarget(sdsTarget('late', readers));
      await certwright.untilState('late', 'current');
      await untilServed(envoy, 'late');
      await envoy.stop('SIGTERM');
    });

    it('is nothing for the client of another authority, whatever its certificate says', async () => {
      const foreign = mkdtempSync(join(world.folder, 'foreign-'));
      const issuer = makeForeign(foreign, {
        ...{ name: 'other', commonName: 'Certwright Issuing', extensions: authorityExtensions },
      });
      const extensions = ['extendedKeyUsage=clientAuth', `subjectAltName=URI:${URI}`];
      const client = makeForeign(foreign, { name: 'client', issuer, extensions });
      writeFileSync(join(foreign, 'client.crt'), client.certificate + issuer.certificate);
      cpSync(join(folder, 'root.pem'), join(foreign, 'root.pem'));
      const envoy = await start('shop', foreign);
      await until('it was refused', async () => (await refusedClients()) > 0);
      assert.equal(await served(envoy, 'shop'), undefined);
      await envoy.stop('SIGTERM');
    });

    it('ends with its own certificate: it goes on serving, and gets nothing new', async () => {
      const before = await refusedClients();
      const short = await newClientFolder(world, certwright, { uris: [URI], validity: '8s' });
      const envoy = await start('shop', short, 'short-lived');
      await untilServed(envoy, 'shop');
      const { serialNumber } = await certwright.targetStatus('shop');
      await until(
        'it comes with a certificate that has ended',
        async () => (await refusedClients()) > before,
        { withinMs: 45_000 },
      );
      await certwright.rotate('shop');
      assert.deepEqual((await sdsStatus(certwright, 'shop')).sds.subscribers, []);
      assert.equal(await served(envoy, 'shop'), serialNumber);
      await envoy.stop('SIGTERM');
    });

    it('stays when its target is deleted, and even when the secret itself is', async () => {
      await certwright.declareTarget(sdsTarget('gone', readers));
      await certwright.untilState('gone', 'current');
      const { serialNumber } = await certwright.targetStatus('gone');
      const envoy = await start('gone', folder);
      await untilServed(envoy, 'gone');
      for (const query of ['', '?destination=remove']) {
        const path = `/v1/rotation/targets/gone${query}`;
        const { status } = await certwright.service.call('DELETE', path);
        assert.equal(status, 204);
        // Envoy says of a removal that it has taken it, and nothing of what there is to it.
        const told = api === 'DELTA_GRPC' && query !== '' ? 2 : 1;
        await until('Envoy has heard of it', async () => {
          return (await envoy.counter('sds.gone.update_success')) === told;
        });
        assert.equal(await served(envoy, 'gone'), serialNumber);
        if (query === '') await certwright.declareTarget(sdsTarget('gone', readers));
      }
      await envoy.stop('SIGTERM');
    });
  });
}
