import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { GatewayPodsPlace } from '../../../src/rotation/served-place.ts';
import { ServedPlaces } from '../../../storage/serving/served-places.ts';
import { testChain } from '../../support/chains.ts';
import { served, startServer, startTlsServer } from './servers.ts';

const { leaf } = testChain('shop');
const never = new AbortController().signal;
const pods: GatewayPodsPlace = {
  ...{ kind: 'gatewayPods', namespace: 'istio-system', selector: { istio: 'gateway' } },
  port: 0,
};

function placesWith(found: readonly { name: string; address: string }[], timeoutMs = 5_000) {
  return new ServedPlaces({ findPods: async () => found, timeoutMs });
}

/** A port on which the first loopback address serves and the second one hangs. */
async function twoPods(t: TestContext) {
  const { port } = await startTlsServer(t, served(leaf), '127.0.0.1');
  return { ...pods, port };
}

describe('the places where a target is served', () => {
  it('are one server at a host and port', async (t) => {
    const { port } = await startTlsServer(t, served(leaf));
    const place = { host: '127.0.0.1', port, via: 'tcp' } as const;
    const sightings = await placesWith([]).sightingsAt(place, ['shop.example.org'], never);
    const handshake = { kind: 'served', chain: [leaf.der] };
    assert.deepEqual(sightings, [{ server: '', handshake }]);
  });

  it('are all pods of a gateway, each asked by each name', async (t) => {
    const place = await twoPods(t);
    const found = [
      { name: 'gateway-a', address: '127.0.0.1' },
      { name: 'gateway-b', address: '127.0.0.2' },
    ];
    const sightings = await placesWith(found).sightingsAt(place, ['a.test', 'b.test'], never);
    assert.deepEqual(
      sightings.map(({ server, handshake }) => [server, handshake.kind]),
      [
        ['pod "gateway-a" (127.0.0.1) as a.test', 'served'],
        ['pod "gateway-a" (127.0.0.1) as b.test', 'served'],
        // Nobody listens there, which is found out once and not for each name.
        ['pod "gateway-b" (127.0.0.2)', 'unreachable'],
      ],
    );
  });

  it('are asked for every name where a pod answers, though not for the first one', async (t) => {
    let connections = 0;
    const { port } = await startServer(t, (socket) => {
      connections += 1;
      socket.end();
    });
    const place = { ...pods, port };
    const found = [{ name: 'gateway-a', address: '127.0.0.1' }];
    const sightings = await placesWith(found).sightingsAt(place, ['a.test', 'b.test'], never);
    assert.equal(sightings.length, 2);
    assert.equal(connections, 2);
  });

  it('cannot be looked at where the pods cannot be found', async () => {
    const failure = new PkiError('target-unavailable', 'Kubernetes cannot be reached');
    const places = new ServedPlaces({
      findPods: () => Promise.reject(failure),
      timeoutMs: 1_000,
    });
    await assert.rejects(places.sightingsAt(pods, ['a.test'], never), failure);
  });
});
