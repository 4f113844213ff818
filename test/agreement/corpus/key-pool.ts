import type { KeyAlgorithm } from '../../../src/certificate.ts';
import { type KeyPair, newKeyPair } from '../../../src/x509/key.ts';

/** An RSA key takes up to seconds to make, and nothing here hangs on how many there are. */
const pool = new Map<KeyAlgorithm, Promise<KeyPair>>();

/** A new key pair; of RSA always the same one of each size. */
export function pooledKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
  const pooled = pool.get(algorithm) ?? newKeyPair(algorithm);
  pool.set(algorithm, pooled);
  return pooled;
}
