/** Nothing that is read here is longer; four octets would reach beyond what fits a SMI. */
const MAX_LENGTH_OCTETS = 3;

/**
 * The length in the octets from `at` to `end`, the first of which said how many they are (X.690 §8.1.3.5);
 * `undefined` where there are none (an indefinite length), too many, or more than needed (§10.1).
 */
export function decodeLongLength(octets: Uint8Array, at: number, end: number): number | undefined {
  const count = end - at;
  if (count === 0 || count > MAX_LENGTH_OCTETS || end > octets.length) return undefined;
  let length = 0;
  for (let index = at; index < end; index += 1) length = length * 256 + (octets[index] ?? 0);
  const isShortest = length >= (count === 1 ? 0x80 : 256 ** (count - 1));
  return isShortest ? length : undefined;
}
