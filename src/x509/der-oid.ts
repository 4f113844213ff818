/** The dotted form of an OBJECT IDENTIFIER's content (X.690 §8.19); `undefined` where an arc is too large. */
export function decodeOid(octets: Uint8Array): string | undefined {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of octets) {
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) return undefined;
    if (octet >= 0x80) continue;
    const root = Math.min(2, Math.floor(arc / 40));
    if (arcs.length === 0) arcs.push(root, arc - 40 * root);
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}
