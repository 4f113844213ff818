import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import {
  describeOid,
  EC_PUBLIC_KEY,
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  ECDSA_WITH_SHA512,
  ED25519,
  RSA_ENCRYPTION,
  SHA256_WITH_RSA,
  SHA384_WITH_RSA,
  SHA512_WITH_RSA,
} from './oids.ts';

/** What stands after the object identifier, as the standards of each algorithm have it. */
type Parameters = 'absent' | 'null' | 'null-or-absent' | 'named-curve';

const PARAMETERS: Readonly<Record<string, Parameters>> = {
  // RFC 5758 §3.2
  [ECDSA_WITH_SHA256]: 'absent',
  [ECDSA_WITH_SHA384]: 'absent',
  [ECDSA_WITH_SHA512]: 'absent',
  // RFC 8410 §3
  [ED25519]: 'absent',
  // RFC 4055 §5: written as NULL, and to be read either way.
  [SHA256_WITH_RSA]: 'null-or-absent',
  [SHA384_WITH_RSA]: 'null-or-absent',
  [SHA512_WITH_RSA]: 'null-or-absent',
  // RFC 4055 §1.2
  [RSA_ENCRYPTION]: 'null',
  // RFC 5480 §2.1.1: never a curve that is written out, with which a key can be forged.
  [EC_PUBLIC_KEY]: 'named-curve',
};

/** An algorithm, and the octets of its parameters, whatever they are. */
export interface AlgorithmIdentifier {
  readonly id: string;
  readonly parameters: Uint8Array | undefined;
}

/** Reads an AlgorithmIdentifier (RFC 5280 §4.1.1.2); of algorithms unknown here, any parameters. */
export function readAlgorithmIdentifier(reader: DerReader): AlgorithmIdentifier {
  const members = reader.sequence();
  const id = members.oid();
  const { isAtEnd } = members;
  const isNull = members.isNext(TAG.null);
  const isCurve = members.isNext(TAG.objectIdentifier);
  if (!areFitting(PARAMETERS[id], { isAtEnd, isNull, isCurve })) {
    const cure = PARAMETERS[id] === 'named-curve' ? ', whose curve must be named' : '';
    throw members.fault(`wrong parameters of algorithm ${describeOid(id)}${cure}`);
  }
  if (isNull) members.null();
  const parameters = isNull || isAtEnd ? undefined : readAny(members);
  members.end();
  return { id, parameters };
}

function areFitting(
  wanted: Parameters | undefined,
  { isAtEnd, isNull, isCurve }: { isAtEnd: boolean; isNull: boolean; isCurve: boolean },
): boolean {
  switch (wanted) {
    case undefined:
      return true;
    case 'absent':
      return isAtEnd;
    case 'null':
      return isNull;
    case 'null-or-absent':
      return isNull || isAtEnd;
    case 'named-curve':
      return isCurve;
  }
}
