import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serverNamesFor } from '../../../../src/rotation/proof/server-names.ts';
import {
  type GatewayPodsPlace,
  placesIn,
  placeWords,
  type TcpPlace,
} from '../../../../src/rotation/served-place.ts';

const target = { dnsNames: ['*.shop.example.org', 'shop.example.org'] };
const nameless = { dnsNames: [] };
const tcp: TcpPlace = { host: '192.0.2.1', port: 443, via: 'tcp' };
const pods: GatewayPodsPlace = {
  ...{ kind: 'gatewayPods', namespace: 'istio-system', port: 8_443 },
  selector: { istio: 'ingressgateway', app: 'gateway' },
};

describe('the names that a place is asked for', () => {
  it('are the one that it is declared with', () => {
    for (const place of [tcp, pods]) {
      assert.deepEqual(serverNamesFor({ ...place, serverName: 'a.test' }, target), ['a.test']);
    }
  });

  it('are the host where that is a name, and else the first of the target', () => {
    assert.deepEqual(serverNamesFor({ ...tcp, host: 'gateway.test' }, target), ['gateway.test']);
    assert.deepEqual(serverNamesFor(tcp, target), ['certwright-proof.shop.example.org']);
    assert.deepEqual(serverNamesFor({ ...tcp, host: '2001:db8::1' }, nameless), [undefined]);
  });

  it('are all of the target for the pods of a gateway, a host below each wildcard', () => {
    const names = ['certwright-proof.shop.example.org', 'shop.example.org'];
    assert.deepEqual(serverNamesFor(pods, target), names);
    assert.deepEqual(serverNamesFor(pods, nameless), [undefined]);
  });
});

describe('a place in words', () => {
  it('says how it is reached, and by which name', () => {
    assert.equal(placeWords(tcp), '192.0.2.1:443');
    const named = { ...tcp, host: '2001:db8::1', serverName: 'a.test' };
    assert.equal(placeWords(named), '[2001:db8::1]:443 as a.test');
    const words = 'pods istio=ingressgateway,app=gateway in istio-system, port 8443';
    assert.equal(placeWords(pods), words);
    assert.equal(placeWords({ ...pods, context: 'staging' }), `${words} in context staging`);
    const text = { ...pods, selector: 'istio in (a, b)' };
    assert.equal(placeWords(text), 'pods istio in (a, b) in istio-system, port 8443');
  });

  it('is one of a list, or stands for the list', () => {
    assert.deepEqual(placesIn([tcp, pods]), [tcp, pods]);
    assert.deepEqual(placesIn(pods), [pods]);
    assert.deepEqual(placesIn(undefined), []);
  });
});
