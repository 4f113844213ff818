import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { connectAgainAndAgain, holdOneConnection } from './rig/background-load.ts';
import type { Certwright } from './rig/certwright.ts';
import { type Envoy, startEnvoyWith } from './rig/envoy.ts';
import { type SdsApi, sdsBootstrap } from './rig/sds-bootstrap.ts';
import {
  newClientFolder,
  type SdsWorld,
  sdsStatus,
  sdsTarget,
  startSdsWorld,
  writePastChecks,
} from './rig/sds-world.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const URI = 'spiffe://example.org/edge';
const ROTATIONS = 5;

for (const api of ['GRPC', 'DELTA_GRPC'] satisfies readonly SdsApi[]) {
  describe(`An unmodified Envoy that asks Certwright for its certificates by ${api}`, () => {
    const world = newWorld();
    let sds: SdsWorld;
    let certwright: Certwright;
    let envoy: Envoy;
    let folder: string;
    let ca: string;
    const hosts = [
      { host: 'shop.example.org', secret: 'shop', mode: 'SIMPLE' },
      { host: 'bank.example.org', secret: 'bank', mode: 'MUTUAL' },
    ] as const;
    const [{ host }] = hosts;
    const start = () => startEnvoyWith(world, sdsBootstrap(hosts, { port: sds.port, folder, api }));

    const untilServed = (serialNumber: string | null) =>
      until(
        `${serialNumber} is served`,
        async () => (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber,
        { everyMs: 20 },
      );

    before(async () => {
      sds = await startSdsWorld(world);
      ({ certwright } = sds);
      ca = await certwright.chainOf('issuing');
      const readers = { destination: { readers: [URI] } };
      await certwright.declareTarget(sdsTarget('shop', readers));
      const clientAuthorities = ['issuing'];
      await certwright.declareTarget(
        sdsTarget('bank', { destination: { readers: [URI], clientAuthorities } }),
      );
      await certwright.untilState('shop', 'current');
      await certwright.untilState('bank', 'current');
      folder = await newClientFolder(world, certwright, { uris: [URI] });
      envoy = await start();
      await untilServed((await certwright.targetStatus('shop')).serialNumber);
    });

    it('serves what the target holds, and says so to the target', async () => {
      const { serialNumber } = await certwright.targetStatus('shop');
      const seen = await visit(envoy.httpsPort, { host, ca });
      assert.deepEqual([seen.serialNumber, seen.isVerified], [serialNumber, true]);
      const { sds: status } = await sdsStatus(certwright, 'shop');
      assert.equal(status.streams, 1);
      const [{ resource, node, uri, state } = assert.fail()] = status.subscribers;
      assert.deepEqual([resource, node, uri, state], ['shop', 'edge', URI, 'acknowledged']);
    });

    it('serves each rotation within a second, and no handshake or request fails', async () => {
      const options = { port: envoy.httpsPort, host, ca };
      const loads = [connectAgainAndAgain(world, options), holdOneConnection(world, options)];
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        const { serialNumber } = await certwright.rotate('shop');
        await until(
          `${serialNumber} is served`,
          async () => (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber,
          { withinMs: 1_000, everyMs: 20 },
        );
      }
      const reports = await Promise.all(loads.map(({ stop }) => stop()));
      assert.deepEqual(
        reports.flatMap(({ failures }) => failures),
        [],
      );
      assert.equal(reports[1]?.connections, 1);
    });

    it('lets in the clients whose authority the target names, and nobody else', async () => {
      const client = await certwright.issue({
        ...{ authority: 'issuing', profile: 'client', emailAddresses: ['a@example.org'] },
      });
      const { host: mutual } = hosts[1];
      const certificate = client.certificate + client.chain;
      const { privateKey } = client;
      const admitted = await visit(envoy.httpsPort, { host: mutual, ca, certificate, privateKey });
      assert.deepEqual([admitted.isVerified, admitted.status], [true, 200]);
      const stranger = await visit(envoy.httpsPort, { host: mutual, ca });
      assert.match(stranger.refusal ?? '', /certificate required|CERTIFICATE_REQUIRED/i);
    });

    it('keeps what it has when it is sent a key of another certificate, and its words are kept', async () => {
      const { serialNumber } = await certwright.targetStatus('shop');
      const other = await certwright.issue({
        ...{ authority: 'issuing', profile: 'server', dnsNames: [host] },
      });
      await writePastChecks(certwright, 'shop', (files) => ({
        ...files,
        'tls.key': other.privateKey,
      }));
      const rejected = await until('the rejection is told', async () => {
        const { sds: status } = await sdsStatus(certwright, 'shop');
        return status.subscribers.find(({ state }) => state === 'rejected');
      });
      assert.match(rejected.error ?? '', /KEY_VALUES_MISMATCH/);
      assert.doesNotMatch(rejected.error ?? '', /PRIVATE KEY/);
      assert.equal((await visit(envoy.httpsPort, { host })).serialNumber, serialNumber);
      // The journal hears of it a moment after the status does.
      const entries = await until('the rejection is in the journal', async () => {
        const { body } = await certwright.service.call<{
          items: { action: string; actor: string; details: { error?: string } }[];
        }>('GET', '/v1/audit?limit=50');
        const found = body.items.filter(({ action }) => action === 'secret.rejected');
        return found.length > 0 && found;
      });
      assert.deepEqual(
        entries.map(({ actor }) => actor),
        [URI],
      );
      assert.match(entries[0]?.details.error ?? '', /KEY_VALUES_MISMATCH/);
    });

    it('serves the mended pair after the next pass', async () => {
      const [item] = (await certwright.runPass()).filter(({ target }) => target === 'shop');
      assert.deepEqual(item?.reasons, ['keyMismatch']);
      await untilServed(item.serialNumber);
      await until('Envoy has taken it', async () => {
        const { sds: status } = await sdsStatus(certwright, 'shop');
        return status.subscribers.every(({ state }) => state === 'acknowledged');
      });
    });

    it('goes on serving while Certwright is away, and takes new certificates when it is back', async () => {
      const load = connectAgainAndAgain(world, { port: envoy.httpsPort, host, ca });
      const ending = await certwright.service.stop('SIGTERM');
      assert.deepEqual(ending, { status: 0, signal: null });
      const before = load.sofar().requests;
      await until('it was asked meanwhile', () => load.sofar().requests > before + 5);
      sds = await sds.restart();
      ({ certwright } = sds);
      const { serialNumber } = await certwright.rotate('shop');
      await until(
        `${serialNumber} is served`,
        async () => (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber,
        // Envoy waits longer and longer before it comes again, up to half a minute.
        { withinMs: 45_000 },
      );
      assert.deepEqual((await load.stop()).failures, []);
    });

    it('has the latest when it is killed and started again in the middle of rotations', async () => {
      const rotating = (async () => {
        for (let rotation = 0; rotation < ROTATIONS; rotation += 1) await certwright.rotate('shop');
      })();
      await envoy.stop('SIGKILL');
      envoy = await start();
      await rotating;
      const { serialNumber } = await certwright.targetStatus('shop');
      await untilServed(serialNumber);
    });
  });
}
