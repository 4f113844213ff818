import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeltaProtocol } from '../../../api/sds/delta-protocol.ts';
import { RefusedRequest } from '../../../api/sds/refused-request.ts';
import { type DeltaDiscoveryRequest, SECRET_TYPE } from '../../../api/sds/wire.ts';
import {
  FORBIDDEN,
  found,
  NOTHING_YET,
  newDeliveries,
  REMOVED,
  UNKNOWN,
} from './protocol-world.ts';

function request(changes: Partial<DeltaDiscoveryRequest> = {}): DeltaDiscoveryRequest {
  return {
    node: null,
    type_url: SECRET_TYPE,
    resource_names_subscribe: [],
    resource_names_unsubscribe: [],
    initial_resource_versions: {},
    response_nonce: '',
    error_detail: null,
    ...changes,
  };
}

const shop = { resource_names_subscribe: ['shop'] };

/** A stream that has asked for `shop` and was sent version 1; and the nonce of that. */
function opened() {
  const protocol = new DeltaProtocol(newDeliveries());
  protocol.receive(request(shop));
  const nonce = protocol.answer('shop', found('shop', '1'))?.nonce ?? assert.fail();
  return { protocol, nonce };
}

describe('an incremental stream', () => {
  it('has one secret in each response, with its name and version', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    const { due } = protocol.receive(request({ resource_names_subscribe: ['shop', 'bank'] }));
    assert.deepEqual(due, ['shop', 'bank']);
    const response = protocol.answer('shop', found('shop', '1'));
    const sent = response?.resources.map(({ name, version }) => [name, version]);
    assert.deepEqual(sent, [['shop', '1']]);
    assert.deepEqual(response?.removed_resources, []);
    const { verdict } = protocol.receive(request({ response_nonce: response.nonce }));
    assert.deepEqual(verdict, { name: 'shop', version: '1' });
  });

  it('tells of an unknown and of a forbidden name the same, and once', () => {
    const answers = [UNKNOWN, FORBIDDEN].map((finding) => {
      const protocol = new DeltaProtocol(newDeliveries());
      protocol.receive(request(shop));
      const answer = protocol.answer('shop', finding);
      assert.equal(protocol.answer('shop', finding), undefined);
      return answer;
    });
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0]?.removed_resources, ['shop']);
    assert.deepEqual(answers[0].resources, []);
  });

  it('holds a client back whose secret is not there yet, and sends it when it is', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    protocol.receive(request(shop));
    assert.equal(protocol.answer('shop', NOTHING_YET), undefined);
    assert.equal(protocol.answer('shop', REMOVED), undefined);
    assert.equal(protocol.answer('shop', found('shop', '1'))?.resources.length, 1);
  });

  it('sends a secret under a name that was unknown before', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    protocol.receive(request(shop));
    protocol.answer('shop', UNKNOWN);
    assert.equal(protocol.answer('shop', found('shop', '1'))?.resources[0]?.version, '1');
  });

  it('takes away what was removed, and not what belongs to a target that is gone or to other readers', () => {
    const { protocol } = opened();
    for (const finding of [UNKNOWN, FORBIDDEN, NOTHING_YET]) {
      assert.equal(protocol.answer('shop', finding), undefined);
    }
    assert.deepEqual(protocol.answer('shop', REMOVED)?.removed_resources, ['shop']);
    assert.equal(protocol.answer('shop', REMOVED), undefined);
  });

  it('does not send what the client holds from a former stream, and sends what is newer', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    protocol.receive(
      request({
        resource_names_subscribe: ['shop', 'bank', 'constructor'],
        initial_resource_versions: { shop: '1', bank: '1' },
      }),
    );
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.equal(protocol.answer('bank', found('bank', '2'))?.resources[0]?.version, '2');
    assert.equal(protocol.answer('constructor', found('constructor', '1'))?.resources.length, 1);
    // It said so of the beginning only.
    const again = { ...shop, initial_resource_versions: { shop: '1' } };
    protocol.receive(request(again));
    assert.equal(protocol.answer('shop', found('shop', '1'))?.resources.length, 1);
  });

  it('sends once more what is asked for once more, but not what was rejected', () => {
    const { protocol, nonce } = opened();
    protocol.receive(request({ ...shop, response_nonce: nonce }));
    const again = protocol.answer('shop', found('shop', '1'));
    assert.equal(again?.resources.length, 1);
    const error_detail = { code: 13, message: 'no' };
    const { verdict } = protocol.receive(
      request({ ...shop, response_nonce: again.nonce, error_detail }),
    );
    assert.equal(verdict?.error, 'no');
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.equal(protocol.answer('shop', found('shop', '2'))?.resources.length, 1);
  });

  it('sends no more of what is asked for no more', () => {
    const { protocol } = opened();
    protocol.receive(request({ resource_names_unsubscribe: ['shop', 'never-asked-for'] }));
    assert.equal(protocol.answer('shop', found('shop', '2')), undefined);
    assert.equal(protocol.answer('shop', REMOVED), undefined);
  });

  it('passes over the answer to a response that a later one has overtaken', () => {
    const { protocol, nonce } = opened();
    protocol.answer('shop', found('shop', '2'));
    assert.equal(protocol.receive(request({ response_nonce: nonce })).verdict, undefined);
  });

  it('has nothing for a client that asks for everything', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    assert.deepEqual(protocol.receive(request()).due, []);
    protocol.receive(request({ resource_names_subscribe: ['*'] }));
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.deepEqual(protocol.answer('*', UNKNOWN)?.removed_resources, ['*']);
  });

  it('ends where names add up to too many, or another type is asked for', () => {
    const protocol = new DeltaProtocol(newDeliveries());
    const names = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => `name-${first + index}`);
    protocol.receive(request({ resource_names_subscribe: names(0, 200) }));
    const more = request({ resource_names_subscribe: names(200, 57) });
    assert.throws(() => protocol.receive(more), RefusedRequest);
    assert.throws(() => protocol.receive(request({ type_url: 'other' })), RefusedRequest);
  });
});
