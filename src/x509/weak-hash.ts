import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { CONTEXT_CONSTRUCTED } from './der-tags.ts';
import { RSASSA_PSS } from './oids.ts';

/** A hash for which collisions have been made, and certificates with them. */
export type WeakHash = 'MD2' | 'MD4' | 'MD5' | 'SHA-1';

const SHA1 = '1.3.14.3.2.26';

/** Signature algorithms: RFC 8017 appendix A.2.4, OIW's old name for one of them, RFC 3279 §2.2.2, §2.2.3. */
const WEAK_ALGORITHMS: Readonly<Record<string, WeakHash>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.3': 'MD4',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.3.14.3.2.29': 'SHA-1',
  '1.2.840.10040.4.3': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
};

/** The broken hash of a signature algorithm, given as the DER of its identifier; `undefined` for all others. */
export function weakHashOf(signatureAlgorithm: Uint8Array): WeakHash | undefined {
  const { id, parameters } = readDer(signatureAlgorithm, readAlgorithmIdentifier);
  if (id !== RSASSA_PSS) return WEAK_ALGORITHMS[id];
  return hashOfPss(parameters) === SHA1 ? 'SHA-1' : undefined;
}

/** RFC 4055 §3.1: what is left out is SHA-1. */
function hashOfPss(parameters: Uint8Array | undefined): string | undefined {
  try {
    return parameters ? readDer(parameters, readHash) : SHA1;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function readHash(reader: DerReader): string {
  const members = reader.sequence();
  if (!members.isNext(CONTEXT_CONSTRUCTED)) return SHA1;
  const { id } = readAlgorithmIdentifier(members.context(0));
  while (!members.isAtEnd) readAny(members);
  return id;
}
