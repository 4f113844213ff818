/** A serialNumber has at most 20 octets (RFC 5280 §4.1.2.2); 16 are enough to be unguessable. */
const SERIAL_OCTETS = 16;
const MAX_SERIAL_OCTETS = 20;

/**
 * A fresh serial number as lower-case hexadecimal: positive, never zero, 126 of its bits random.
 *
 * The top bit is cleared, or DER would need a 17th octet to keep the INTEGER positive; the next
 * bit is set, so that every tool prints the same 32 digits.
 */
export function newSerialNumber(randomBytes: (size: number) => Uint8Array): string {
  const octets = Buffer.from(randomBytes(SERIAL_OCTETS));
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets.toString('hex');
}

/** Enough for 256 serial numbers. */
const POOL_OCTETS = 4_096;

/**
 * Random octets for serial numbers, drawn many at a time, since a draw takes longer than all that is drawn
 * by it. Not for keys: what is drawn waits in memory.
 */
export function pooled(randomBytes: (size: number) => Uint8Array): (size: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0);
  return (size) => {
    if (size > pool.length) pool = randomBytes(Math.max(size, POOL_OCTETS));
    const drawn = pool.subarray(0, size);
    pool = pool.subarray(size);
    return drawn;
  };
}

/**
 * The serial number that `text` spells: hexadecimal in either case, with colons or `0x`. Some tools print
 * the zero octet that keeps an INTEGER positive, and some leave out even a leading zero digit.
 */
export function parseSerialNumber(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/^0x/, '').replaceAll(':', '');
  if (!/^[0-9a-f]{1,42}$/.test(digits)) return undefined;
  const octets = digits
    .padStart(digits.length + (digits.length % 2), '0')
    .replace(/^(00)+(?=..)/, '');
  return octets.length <= 2 * MAX_SERIAL_OCTETS ? octets : undefined;
}
