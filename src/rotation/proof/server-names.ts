import { isIP } from 'node:net';
import type { ServedPlace } from '../served-place.ts';
import type { RotationTarget } from '../target.ts';

/** Stands for any host that a wildcard covers; nobody else has a certificate for it. */
const LABEL_UNDER_WILDCARD = 'certwright-proof';

/**
 * The names by which a place is asked for a target's certificate; `undefined` in it asks without SNI, which
 * takes no IP addresses (RFC 6066 §3).
 */
export function serverNamesFor(
  place: ServedPlace,
  { dnsNames }: Pick<RotationTarget, 'dnsNames'>,
): readonly (string | undefined)[] {
  if (place.serverName !== undefined) return [place.serverName];
  const names = dnsNames.map((name) => name.replace(/^\*/, LABEL_UNDER_WILDCARD));
  if ('kind' in place) return names.length > 0 ? [...new Set(names)] : [undefined];
  return isIP(place.host) === 0 ? [place.host] : [names[0]];
}
