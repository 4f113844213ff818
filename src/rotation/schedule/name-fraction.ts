import { hash } from 'node:crypto';

const OCTETS = 6;

/**
 * A fraction from 0 up to 1 that is always the same for a name, and evenly spread over names: whoever knows
 * the name can work it out with `sha256sum`.
 */
export function fractionOf(name: string): number {
  return Number.parseInt(hash('sha256', name).slice(0, 2 * OCTETS), 16) / 2 ** (OCTETS * 8);
}
