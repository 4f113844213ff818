/**
 * The numbers of the bits that are set in the content of a named bit list, which ends with one
 * (X.690 §11.2.2); `undefined` where it does not, or where unused bits are set.
 */
export function decodeNamedBits(
  octets: Uint8Array,
  at: number,
  end: number,
): readonly number[] | undefined {
  const unused = octets[at] ?? 8;
  const length = (end - at - 1) * 8;
  const last = length > 0 ? (octets[end - 1] ?? 0) : 0;
  const isMinimal = length > 0 ? ((last >> unused) & 1) === 1 : unused === 0;
  const areUnusedZero = (last & ((1 << unused) - 1)) === 0;
  if (length < 0 || unused > 7 || !isMinimal || !areUnusedZero) return undefined;
  const bits: number[] = [];
  for (let bit = 0; bit < length; bit += 1) {
    const octet = octets[at + 1 + (bit >> 3)] ?? 0;
    if ((octet & (0x80 >> (bit & 7))) !== 0) bits.push(bit);
  }
  return bits;
}
