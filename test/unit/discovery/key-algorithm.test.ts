import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../../src/certificate.ts';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import { clusterWith, https, istioGateway, shopRule, termsOf } from './gateways.ts';

const terms = termsOf(shopRule());

/** By what the keys of the Secrets `one` and `two` of one server are made, under a profile that takes `keyAlgorithms`. */
function chosenOf(keyAlgorithms: readonly KeyAlgorithm[]) {
  const secrets = [{ name: 'one' }, { name: 'two' }];
  const gateway = istioGateway('front', [https(['a.example.org'], '', { secrets })]);
  const leafProfileOf = (name: string) => ({ ...terms.leafProfileOf(name), keyAlgorithms });
  const { targets } = declarationsIn(clusterWith([gateway]), { ...terms, leafProfileOf }, []);
  return new Map(
    targets.map(({ destination, keyAlgorithm }) => [
      'name' in destination ? destination.name : '',
      keyAlgorithm,
    ]),
  );
}

describe('the key algorithms of a server’s two certificates', () => {
  it('are of two kinds, the first the profile’s default', () => {
    for (const [taken, one, two] of [
      [KEY_ALGORITHMS, 'ecdsa-p256', 'rsa-2048'],
      [['rsa-3072', 'rsa-2048', 'ecdsa-p256'], 'ecdsa-p256', 'rsa-2048'],
      [['rsa-3072', 'rsa-2048', 'ecdsa-p384'], 'rsa-3072', 'ecdsa-p384'],
      [['ecdsa-p384', 'ed25519', 'rsa-4096', 'rsa-3072'], 'ecdsa-p384', 'rsa-4096'],
    ] as const) {
      assert.deepEqual(
        [...chosenOf(taken)],
        [
          ['one', one],
          ['two', two],
        ],
        `${taken}`,
      );
    }
  });

  it('are of one kind where the profile takes one alone', () => {
    assert.equal(chosenOf(['rsa-2048']).get('two'), 'rsa-2048');
    assert.equal(chosenOf(['ecdsa-p521']).get('two'), 'ecdsa-p521');
  });
});
