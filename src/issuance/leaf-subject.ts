import type { Subject } from '../certificate.ts';
import type { Profile } from './profile.ts';
import type { RequestedNames } from './requested-names.ts';

/** RFC 5280 appendix A.1, ub-common-name: longer hosts stand in the subjectAltName alone. */
const MAX_COMMON_NAME_LENGTH = 64;

/**
 * The subject of a leaf: what was asked for, and the profile's defaults for the rest. Where nothing was asked
 * for and a commonName is one of the names, it is the first DNS name, for old clients, if that fits.
 */
export function leafSubjectOf(
  { subject: { defaults, commonName: mode } }: Profile,
  wished: Subject | undefined,
  { dnsNames }: RequestedNames,
): Subject {
  const host = dnsNames[0]?.value;
  const isHostWanted = wished === undefined && mode === 'subjectAltName' && host !== undefined;
  const isHostFitting = isHostWanted && host.length <= MAX_COMMON_NAME_LENGTH;
  return { ...(isHostFitting ? { commonName: host } : {}), ...defaults, ...wished };
}
