/** Whether no octet of an INTEGER's content could be left out (X.690 §8.3.2): it has nine bits that differ, or one octet. */
export function isShortestInteger(octets: Uint8Array): boolean {
  const first = octets[0] ?? 0;
  const second = octets[1] ?? 0;
  if (octets.length < 2) return octets.length === 1;
  return !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80);
}
