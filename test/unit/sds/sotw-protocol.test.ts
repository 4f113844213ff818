import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { RefusedRequest } from '../../../api/sds/refused-request.ts';
import { SotwProtocol } from '../../../api/sds/sotw-protocol.ts';
import { type DiscoveryRequest, SECRET_TYPE } from '../../../api/sds/wire.ts';
import { FORBIDDEN, found, NOTHING_YET, newDeliveries, UNKNOWN } from './protocol-world.ts';

function request(changes: Partial<DiscoveryRequest> = {}): DiscoveryRequest {
  return {
    version_info: '',
    node: null,
    resource_names: ['shop'],
    type_url: SECRET_TYPE,
    response_nonce: '',
    error_detail: null,
    ...changes,
  };
}

/** A stream that has asked for `names`, each sent in version 1; and the nonces of the responses. */
function opened(...names: string[]) {
  const protocol = new SotwProtocol(newDeliveries());
  const { due } = protocol.receive(request({ resource_names: names }));
  assert.deepEqual(due, names);
  const nonces = names.map((name) => protocol.answer(name, found(name, '1'))?.nonce ?? '');
  return { protocol, nonces };
}

function codeOf(work: () => unknown): status {
  try {
    work();
  } catch (error) {
    if (error instanceof RefusedRequest) return error.code;
  }
  return assert.fail('nothing was refused');
}

describe('a stream for the state of the world', () => {
  it('has one secret in each response, with the version that the client confirms', () => {
    const protocol = new SotwProtocol(newDeliveries());
    protocol.receive(request());
    const response = protocol.answer('shop', found('shop', '1'));
    assert.equal(response?.version_info, '1');
    assert.equal(response.resources.length, 1);
    assert.equal(response.type_url, SECRET_TYPE);
    const { verdict } = protocol.receive(
      request({ version_info: '1', response_nonce: response.nonce }),
    );
    assert.deepEqual(verdict, { name: 'shop', version: '1' });
    assert.equal(protocol.deliveries.get('shop')?.state, 'acknowledged');
  });

  it('stays silent under a name that is unknown, forbidden or without a secret yet', () => {
    const { protocol } = opened('shop');
    protocol.receive(request({ resource_names: ['shop', 'none'], response_nonce: '1' }));
    for (const finding of [UNKNOWN, FORBIDDEN, NOTHING_YET]) {
      assert.equal(protocol.answer('none', finding), undefined);
    }
    assert.equal(protocol.answer('none', found('none', '1'))?.version_info, '1');
  });

  it('does not send again what was sent, and sends what is new before the old is answered', () => {
    const { protocol } = opened('shop');
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.equal(protocol.answer('shop', found('shop', '2'))?.version_info, '2');
  });

  it('takes a request with an error for a rejection, whatever version it names, and does not repeat itself', () => {
    const { protocol, nonces } = opened('shop');
    const error_detail = { code: 13, message: 'no' };
    const [response_nonce = ''] = nonces;
    const { due, verdict } = protocol.receive(
      request({ version_info: '1', response_nonce, error_detail }),
    );
    assert.deepEqual(verdict, { name: 'shop', version: '1', error: 'no' });
    assert.deepEqual(due, []);
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.equal(protocol.answer('shop', found('shop', '2'))?.version_info, '2');
  });

  it('takes an error without a code for a rejection, too', () => {
    const { protocol, nonces } = opened('shop');
    const [response_nonce = ''] = nonces;
    const error_detail = { code: 0, message: '' };
    const { verdict } = protocol.receive(request({ response_nonce, error_detail }));
    assert.equal(verdict?.error, '');
  });

  it('does not send what was rejected to a client that asks for it anew on the same stream', () => {
    const { protocol, nonces } = opened('shop');
    const [response_nonce = ''] = nonces;
    const error_detail = { code: 13, message: 'no' };
    protocol.receive(request({ resource_names: [], response_nonce, error_detail }));
    protocol.receive(request({ response_nonce }));
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
    assert.equal(protocol.answer('shop', found('shop', '2'))?.version_info, '2');
  });

  it('passes over what is said of a response that a later one has overtaken', () => {
    const { protocol, nonces } = opened('shop');
    const later = protocol.answer('shop', found('shop', '2'));
    const [response_nonce = ''] = nonces;
    const error_detail = { code: 13, message: 'no' };
    const stale = protocol.receive(
      request({ resource_names: ['shop', 'bank'], response_nonce, error_detail }),
    );
    assert.deepEqual(stale, { due: [] });
    assert.equal(protocol.deliveries.get('shop')?.state, 'sent');
    const { verdict, due } = protocol.receive(
      request({ resource_names: ['shop', 'bank'], response_nonce: later?.nonce ?? '' }),
    );
    assert.deepEqual([verdict?.version, due], ['2', ['bank']]);
  });

  it('knows of several secrets which one an answer is about', () => {
    const { protocol, nonces } = opened('shop', 'bank');
    const names = { resource_names: ['shop', 'bank'] };
    const verdicts = nonces.map(
      (response_nonce) => protocol.receive(request({ ...names, response_nonce })).verdict?.name,
    );
    assert.deepEqual(verdicts, ['shop', 'bank']);
  });

  it('sends what is asked for again after it was not asked for any more', () => {
    const { protocol, nonces } = opened('shop');
    const [response_nonce = ''] = nonces;
    protocol.receive(request({ resource_names: [], response_nonce }));
    assert.equal(protocol.answer('shop', found('shop', '2')), undefined);
    const { due } = protocol.receive(request({ response_nonce }));
    assert.deepEqual(due, ['shop']);
    assert.equal(protocol.answer('shop', found('shop', '1'))?.version_info, '1');
  });

  it('sends nothing to a client that comes back with what there is', () => {
    for (const [held, expected] of [
      ['1', undefined],
      ['0', '1'],
    ] as const) {
      const protocol = new SotwProtocol(newDeliveries());
      // The nonce of another stream means nothing here.
      protocol.receive(request({ version_info: held, response_nonce: '17' }));
      assert.equal(protocol.answer('shop', found('shop', '1'))?.version_info, expected);
    }
  });

  it('believes no single version of a client that asks for several secrets', () => {
    const protocol = new SotwProtocol(newDeliveries());
    protocol.receive(request({ resource_names: ['shop', 'bank'], version_info: '1' }));
    assert.equal(protocol.answer('shop', found('shop', '1'))?.version_info, '1');
  });

  it('has nothing for a client that asks for everything', () => {
    const protocol = new SotwProtocol(newDeliveries());
    assert.deepEqual(protocol.receive(request({ resource_names: [] })).due, []);
    assert.equal(protocol.answer('shop', found('shop', '1')), undefined);
  });

  it('ends where another type, too many names or a name of any length is asked for', () => {
    const asking = (changes: Partial<DiscoveryRequest>) =>
      codeOf(() => new SotwProtocol(newDeliveries()).receive(request(changes)));
    const cluster = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
    assert.equal(asking({ type_url: cluster }), status.INVALID_ARGUMENT);
    const many = Array.from({ length: 257 }, (_, index) => `name-${index}`);
    assert.equal(asking({ resource_names: many }), status.RESOURCE_EXHAUSTED);
    assert.equal(asking({ resource_names: ['a'.repeat(257)] }), status.INVALID_ARGUMENT);
  });
});
