import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Certwright } from './rig/certwright.ts';
import { type Envoy, type EnvoyBootstrap, startEnvoyWith } from './rig/envoy.ts';
import { type SdsWorld, sdsStatus, sdsTarget, startSdsWorld } from './rig/sds-world.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const example = fileURLToPath(new URL('../../deploy/examples/envoy/', import.meta.url));
const URI = 'spiffe://example.org/edge';
const host = 'shop.example.org';

describe('deploy/examples/envoy, with a directory that keeps the client certificate fresh', () => {
  const world = newWorld();
  let sds: SdsWorld;
  let certwright: Certwright;
  let envoy: Envoy;
  let ca: string;
  let client: Readonly<Record<string, unknown>>;

  /** A file of the example, with the folder and ports of this test. */
  const adapted = (name: string, folder: string) =>
    readFileSync(join(example, name), 'utf8')
      .replaceAll('/etc/envoy/certwright', folder)
      .replace('port_value: 8444', `port_value: ${sds.port}`)
      .replace('address: 0.0.0.0, port_value: 10443', 'address: 127.0.0.1, port_value: 0');

  const untilServed = (serialNumber: string | null) =>
    until(`${serialNumber} is served`, async () => {
      return (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber;
    });

  before(async () => {
    sds = await startSdsWorld(world);
    ({ certwright } = sds);
    ca = await certwright.chainOf('issuing');
    const folder = mkdtempSync(join(world.folder, 'edge-'));
    const path = join(folder, 'client');
    mkdirSync(path);
    cpSync(certwright.service.rootFile, join(folder, 'root.pem'));
    writeFileSync(join(folder, 'client-sds.yaml'), adapted('client-sds.yaml', folder));
    const destination = { type: 'directory', path };
    client = {
      name: 'edge-client',
      authority: 'issuing',
      profile: 'spiffe',
      uris: [URI],
      destination,
    };
    await certwright.declareTarget({ ...client, validity: '10s', renewBefore: '4s' });
    const clientAuthorities = ['issuing'];
    await certwright.declareTarget(
      sdsTarget('shop', { destination: { readers: [URI], clientAuthorities } }),
    );
    await certwright.untilState('edge-client', 'current');
    await certwright.untilState('shop', 'current');
    const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
    const bootstrap = parse(adapted('envoy.yaml', folder)) as EnvoyBootstrap;
    envoy = await startEnvoyWith(world, { ...bootstrap, admin });
  });

  it('serves by mutual TLS what the target holds', async () => {
    const { serialNumber } = await certwright.targetStatus('shop');
    await untilServed(serialNumber);
    const { certificate, chain, privateKey } = await certwright.issue({
      ...{ authority: 'issuing', profile: 'client', emailAddresses: ['a@example.org'] },
    });
    const shown = { host, ca, certificate: certificate + chain, privateKey };
    const seen = await visit(envoy.httpsPort, shown);
    assert.deepEqual([seen.isVerified, seen.status], [true, 200]);
  });

  it('goes on with the next client certificate when its first one has ended', async () => {
    const { sds: before } = await sdsStatus(certwright, 'shop');
    const addresses = new Set(before.subscribers.map(({ address }) => address));
    await certwright.replaceTarget('edge-client', { ...client, validity: '30d' });
    await certwright.rotate('edge-client');
    await until(
      'it has come again with another certificate',
      async () => {
        const { subscribers } = (await sdsStatus(certwright, 'shop')).sds;
        const isBack = subscribers.every(({ address }) => !addresses.has(address));
        return subscribers.length > 0 && isBack;
      },
      { withinMs: 45_000 },
    );
    const { serialNumber } = await certwright.rotate('shop');
    await untilServed(serialNumber);
  });
});
