import type { KeyObject } from 'node:crypto';
import { DerError } from '../x509/der-error.ts';
import { isCompressed, judgePublicKey } from '../x509/public-key-fault.ts';
import { decodePublicKey } from '../x509/subject-public-key-info.ts';

/** What stands against the key of an authority's certificate: it must be one that we would certify. */
export function certificateKeyFault(publicKey: KeyObject): string | undefined {
  try {
    // As it was written: a point by one coordinate stays so.
    const parts = decodePublicKey(publicKey.export({ type: 'spki', format: 'der' }));
    const judged = judgePublicKey(parts);
    if ('fault' in judged) return judged.fault;
    return isCompressed(parts)
      ? 'has a compressed point for its key, which Go cannot read'
      : undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `has a key that cannot be read: ${error.message}`;
  }
}
