import { oid } from './der.ts';
import { MAX_ARC, MAX_OID_OCTETS } from './der-oid.ts';

/** As many digits as the largest arc has. */
const DOTTED = /^[0-2](\.(0|[1-9]\d{0,38}))+$/;
/** X.690 §8.19.4: the first two arcs are written as one number, so that no others fit under 0 and 1. */
const MAX_SECOND_ARC = 39n;

/** Why a text is no object identifier that can be written, and read again by {@link decodeOid}; `undefined` for a good one. */
export function oidFault(dotted: string): string | undefined {
  if (!DOTTED.test(dotted)) return 'is not an object identifier';
  const arcs = dotted.split('.').map(BigInt);
  const [root = 0n, second = 0n] = arcs;
  if (root < 2n && second > MAX_SECOND_ARC) {
    return `is not an object identifier: under ${root} the arcs end at ${MAX_SECOND_ARC}`;
  }
  if (arcs.some((arc) => arc > MAX_ARC)) return 'has an arc of more than 128 bits';
  const tagAndLength = 2;
  const octets = oid(dotted).length - tagAndLength;
  return octets > MAX_OID_OCTETS ? `takes more than ${MAX_OID_OCTETS} octets` : undefined;
}
