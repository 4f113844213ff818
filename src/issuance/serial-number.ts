/** A serialNumber has at most 20 octets (RFC 5280 §4.1.2.2); 16 are enough to be unguessable. */
const SERIAL_OCTETS = 16;

/**
 * A fresh serial number as lower-case hexadecimal: positive, never zero, 126 of its bits random.
 *
 * The top bit is cleared, or DER would need a 17th octet to keep the INTEGER positive; the next
 * bit is set, so that every tool prints the same 32 digits.
 */
export function newSerialNumber(randomBytes: (size: number) => Uint8Array): string {
  const octets = Uint8Array.from(randomBytes(SERIAL_OCTETS));
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(octets).toString('hex');
}

/** The serial number that `text` spells: hexadecimal in either case, with colons or `0x`. */
export function parseSerialNumber(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/^0x/, '').replaceAll(':', '');
  return /^[0-9a-f]{2,40}$/.test(digits) ? digits : undefined;
}
