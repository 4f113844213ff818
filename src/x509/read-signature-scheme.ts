import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { CONTEXT_CONSTRUCTED } from './der-tags.ts';
import {
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  ECDSA_WITH_SHA512,
  ED25519,
  MGF1,
  RSASSA_PSS,
  SHA256,
  SHA256_WITH_RSA,
  SHA384,
  SHA384_WITH_RSA,
  SHA512,
  SHA512_WITH_RSA,
} from './oids.ts';
import type { Hash, SignatureScheme } from './signature-scheme.ts';
import type { PublicKeyParts } from './subject-public-key-info.ts';

/** A scheme, and the kind of keys that it is for. */
export interface KindOfSignature extends SignatureScheme {
  readonly kind: PublicKeyParts['kind'];
}

const KINDS: Readonly<Record<string, KindOfSignature>> = {
  [ECDSA_WITH_SHA256]: { kind: 'ec', hash: 'sha256' },
  [ECDSA_WITH_SHA384]: { kind: 'ec', hash: 'sha384' },
  [ECDSA_WITH_SHA512]: { kind: 'ec', hash: 'sha512' },
  [SHA256_WITH_RSA]: { kind: 'rsa', hash: 'sha256' },
  [SHA384_WITH_RSA]: { kind: 'rsa', hash: 'sha384' },
  [SHA512_WITH_RSA]: { kind: 'rsa', hash: 'sha512' },
  [ED25519]: { kind: 'ed25519', hash: null },
};

const DEFAULT_SALT_LENGTH = 20;

const HASHES: Readonly<Record<string, Hash>> = {
  [SHA256]: 'sha256',
  [SHA384]: 'sha384',
  [SHA512]: 'sha512',
};

/** How a signature under this AlgorithmIdentifier is checked; `undefined` for weak and unknown ones. */
export function kindOfSignature({
  id,
  parameters,
}: AlgorithmIdentifier): KindOfSignature | undefined {
  if (id !== RSASSA_PSS) return KINDS[id];
  return parameters && readDer(parameters, readPssParameters);
}

/**
 * RFC 4055 §3.1. A hash left to its DEFAULT is SHA-1, and a mask by another hash than the message's is in
 * nobody's use; the trailer is always left to its own.
 */
function readPssParameters(reader: DerReader): KindOfSignature | undefined {
  const members = reader.sequence();
  const hash = readTagged(members, 0, readAlgorithmIdentifier);
  const mask = readTagged(members, 1, readAlgorithmIdentifier);
  const saltLength = readTagged(members, 2, (salt) => salt.number()) ?? DEFAULT_SALT_LENGTH;
  members.end();
  if (!hash || mask?.id !== MGF1 || !mask.parameters) return undefined;
  const name = HASHES[hash.id];
  const { id: maskHash } = readDer(mask.parameters, readAlgorithmIdentifier);
  return name && maskHash === hash.id ? { kind: 'rsa', hash: name, saltLength } : undefined;
}

/** What stands inside `[number] EXPLICIT`; `undefined` where it is absent. */
function readTagged<T>(
  reader: DerReader,
  number: number,
  read: (members: DerReader) => T,
): T | undefined {
  if (!reader.isNext(CONTEXT_CONSTRUCTED | number)) return undefined;
  const members = reader.context(number);
  const value = read(members);
  members.end();
  return value;
}
