import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { startApi } from '../support/api.ts';
import { keyPem, pemOf, testChain } from '../support/chains.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget, type TargetJson } from './targets-on-the-wire.ts';

const { api, distribution, newDirectory, log } = await startApi();
const targets = '/v1/rotation/targets';
const old = testChain('old');

/** A server that reads its pair from a directory as it is now, whenever it is told to. */
async function gateway(): Promise<{ port: number; load: (path: string) => void; server: Server }> {
  const server = createServer({ key: keyPem(old.leaf), cert: pemOf([old.leaf]) });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const load = (path: string) => {
    const read = (name: string) => readFileSync(join(path, 'current', name));
    server.setSecureContext({ key: read('tls.key'), cert: read('tls.crt') });
  };
  return { port: (server.address() as AddressInfo).port, load, server };
}

/** The target once its places have been looked at after `since`. */
async function looked(name: string, state: string): Promise<TargetJson['status']['served']> {
  for (;;) {
    const { status } = (await api.get(`${targets}/${name}`)).json<TargetJson>();
    if (status.served?.state === state) return status.served;
    await new Promise(setImmediate);
  }
}

async function gaugeOf(name: string): Promise<string | undefined> {
  const { text } = await distribution.get('/metrics');
  const pattern = new RegExp(`^certwright_target_served_matches\\{target="${name}"\\} (\\d)$`, 'm');
  return pattern.exec(text)?.[1];
}

function at(port: number): object {
  return { host: '127.0.0.1', port };
}

describe('what is served', () => {
  it('is stale until the gateway has the new certificate, then proven', async () => {
    const [path, { port, load }] = [newDirectory(), await gateway()];
    const target = directoryTarget(path, { name: 'followed', served: [at(port)] });
    const { status } = await declared(api, target);
    const stale = await looked('followed', 'stale');
    const oldLeaf = new X509Certificate(old.leaf.der);
    assert.equal(stale?.serialNumber, status.serialNumber);
    assert.deepEqual(stale.places, [
      {
        place: `127.0.0.1:${port}`,
        state: 'stale',
        since: '2030-06-15T12:00:00Z',
        at: '2030-06-15T12:00:00Z',
        servedInstead: {
          fingerprintSha256: oldLeaf.fingerprint256.replaceAll(':', '').toLowerCase(),
          serialNumber: oldLeaf.serialNumber.toLowerCase(),
          notAfter: '2031-06-15T12:00:00Z',
          subject: 'CN=old.example.org',
        },
        error: 'serves another certificate',
      },
    ]);
    assert.equal(await gaugeOf('followed'), '0');

    load(path);
    const proven = await looked('followed', 'proven');
    assert.deepEqual([proven?.places.length, proven?.places[0]?.error], [1, undefined]);
    assert.equal(await gaugeOf('followed'), '1');
    const { items } = (await api.get('/v1/audit?limit=1000')).json<{
      items: { action: string; actor: string; details: { target?: string } }[];
    }>();
    const history = await api.get(`${targets}/followed/history`);
    const [revision] = history.json<{ items: [{ provenAt: string | null }] }>().items;
    assert.equal(revision.provenAt, '2030-06-15T12:00:00Z');
    const entry = items.find(({ action }) => action === 'target.proven');
    assert.deepEqual([entry?.actor, entry?.details.target], ['serving-proof', 'followed']);
    assert.ok(log.some((line) => line.includes('the certificate is served')));
  });

  it('is looked at again at each pass, and after each rotation', async () => {
    const [path, { port, load }] = [newDirectory(), await gateway()];
    await declared(api, directoryTarget(path, { name: 'looked-at', served: [at(port)] }));
    load(path);
    await looked('looked-at', 'proven');
    const rotated = await api.post(`${targets}/looked-at/rotate`);
    const [{ serialNumber }] = rotated.json<{ items: [{ serialNumber: string }] }>().items;
    const stale = await looked('looked-at', 'stale');
    assert.equal(stale?.serialNumber, serialNumber);
    assert.equal(await gaugeOf('looked-at'), '0');
    load(path);
    await looked('looked-at', 'proven');
  });

  it('is unreachable where nobody listens', async () => {
    const { port, server } = await gateway();
    server.close();
    await once(server, 'close');
    await declared(
      api,
      directoryTarget(newDirectory(), { name: 'away', served: [at(port), at(port)] }),
    );
    const served = await looked('away', 'unreachable');
    const errors = served?.places.map(({ error }) => error);
    assert.deepEqual(errors, ['the connection is refused', 'the connection is refused']);
    assert.equal(await gaugeOf('away'), '0');
  });

  it('is unreachable where the pods cannot be asked for', async () => {
    const pods = { kind: 'gatewayPods', namespace: 'istio-system', selector: 'istio=a', port: 443 };
    const target = directoryTarget(newDirectory(), { name: 'pods', served: pods });
    const answered = await declared(api, target);
    assert.deepEqual((answered as unknown as { served: unknown }).served, pods);
    const [place] = (await looked('pods', 'unreachable'))?.places ?? [];
    assert.equal(place?.place, 'pods istio=a in istio-system, port 443');
    assert.match(place.error ?? '', /^Kubernetes cannot be reached/);
  });

  it('has no gauge and no status where the target names no place', async () => {
    const { status } = await declared(api, directoryTarget(newDirectory(), { name: 'unseen' }));
    assert.equal(status.served, null);
    assert.equal(await gaugeOf('unseen'), undefined);
  });
});

describe('places that cannot be', () => {
  const refusedAt = async (served: unknown, changes: object = {}) => {
    const body = directoryTarget('/x', { name: 'refused', served, ...changes });
    return placesIn(await api.post(targets, body), 400, 'request-malformed');
  };
  const place = { host: 'a.test', port: 443 };
  const pods = { kind: 'gatewayPods', namespace: 'a', selector: { istio: 'a' }, port: 443 };

  it('are refused with every member at fault', async () => {
    const hosts = ['', 'a b', '*.test', 'ä.test', '10.0.0.1/8', '1.2.3', '[::1]', 'fe80::1%lo'];
    for (const host of [...hosts, 'a'.repeat(300)]) {
      assert.deepEqual(await refusedAt([{ ...place, host }]), ['/served/0/host'], host);
    }
    for (const port of [0, 65_536, 1.5, '443']) {
      assert.deepEqual(await refusedAt([place, { ...place, port }]), ['/served/1/port']);
    }
    const faulty = { ...place, serverName: '*.test', via: 'udp', surprise: 1 };
    assert.deepEqual((await refusedAt([faulty])).toSorted(), [
      '/served/0/serverName',
      '/served/0/surprise',
      '/served/0/via',
    ]);
    assert.deepEqual(await refusedAt([{ host: 'a.test' }]), ['/served/0/port']);
  });

  it('are refused where the pods could be any', async () => {
    for (const selector of [{}, '', ',', 'a=b=c', 'a in ()x', 7, null, ['a']]) {
      assert.deepEqual(await refusedAt({ ...pods, selector }), ['/served/selector']);
    }
    assert.deepEqual(await refusedAt({ ...pods, selector: { 'a b': 'c', d: 'e f', g: 1 } }), [
      '/served/selector/a b',
      '/served/selector/d',
      '/served/selector/g',
    ]);
    assert.deepEqual(await refusedAt([{ ...pods, namespace: 'A', kind: 'pods' }]), [
      '/served/0/kind',
      '/served/0/namespace',
    ]);
  });

  it('are refused where they are too many, or none', async () => {
    assert.deepEqual(await refusedAt([]), ['/served']);
    assert.deepEqual(await refusedAt(Array.from({ length: 17 }, () => place)), ['/served']);
    for (const served of [null, 'a.test:443', 7, place]) {
      const [pointer] = await refusedAt(served);
      assert.match(pointer ?? '', /^\/served/);
    }
  });

  it('are refused in a context that there is not, and so is a roll-back without them', async () => {
    const post = (changes: object) =>
      api.post(targets, directoryTarget(newDirectory(), { name: 'refused', ...changes }));
    const context = 'nowhere';
    const lost = await post({ served: { ...pods, context } });
    assert.deepEqual(placesIn(lost, 422, 'request-refused'), ['/served/context']);
    const second = await post({ served: [place, { ...pods, context }] });
    assert.deepEqual(placesIn(second, 422, 'request-refused'), ['/served/1/context']);
    const blind = await post({ rollback: true });
    assert.deepEqual(placesIn(blind, 422, 'request-refused'), ['/rollback']);
  });
});
