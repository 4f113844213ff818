import type { KeyAlgorithm } from '../../../src/certificate.ts';
import type { KeyPair } from '../../../src/x509/key.ts';
import { keysFrom } from '../../support/deterministic-keys.ts';
import type { Dice } from './dice.ts';

/** An RSA key takes up to seconds to make, and nothing here hangs on how many there are. */
const pool = new Map<KeyAlgorithm, KeyPair>();

/** A new key pair that the dice decide; of RSA always the same one of each size. */
export function seededKeyPair(dice: Dice, algorithm: KeyAlgorithm): KeyPair {
  if (!algorithm.startsWith('rsa')) return keysFrom(dice.octets(16).toString('hex'), algorithm);
  const pooled = pool.get(algorithm) ?? keysFrom('agreement', algorithm);
  pool.set(algorithm, pooled);
  return pooled;
}
