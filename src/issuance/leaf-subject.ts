import { SUBJECT_ALT_NAME_KINDS, type Subject } from '../certificate.ts';
import { canonicalName, readName } from './names.ts';
import type { Profile } from './profile.ts';
import type { RequestedNames } from './requested-names.ts';

/** RFC 5280 appendix A.1, ub-common-name: longer hosts stand in the subjectAltName alone. */
export const MAX_COMMON_NAME_LENGTH = 64;

/**
 * The subject of a leaf: what was asked for, and the profile's defaults for the rest. Where nothing was asked
 * for and a commonName is one of the names, it is the first DNS name, for old clients, if that fits.
 */
export function leafSubjectOf(
  profile: Profile,
  wished: Subject | undefined,
  names: RequestedNames,
): Subject {
  const { defaults, commonName: mode } = profile.subject;
  const host = names.dnsNames[0]?.value;
  const isHostWanted = wished === undefined && mode === 'subjectAltName' && host !== undefined;
  const isHostFitting = isHostWanted && isCommonName(host);
  const subject = { ...(isHostFitting ? { commonName: host } : {}), ...defaults, ...wished };
  return matchedToNames(profile, subject, names);
}

/**
 * The subject with its commonName as a copy of the name that it means, where it must be one of them: in A-labels and
 * small letters, so that nothing can be made to look like another host there (TLS Baseline Requirements §7.1.4.3).
 */
export function matchedToNames(profile: Profile, subject: Subject, names: RequestedNames): Subject {
  const { commonName } = subject;
  if (profile.subject.commonName !== 'subjectAltName' || commonName === undefined) return subject;
  const kind = SUBJECT_ALT_NAME_KINDS.find((one) => {
    const written = canonicalName(one, commonName);
    return names[one].some(({ value }) => value === written);
  });
  return kind ? { ...subject, commonName: canonicalName(kind, commonName) } : subject;
}

/** What is no name is refused as one of the names, and not as a commonName too that nobody has asked for. */
function isCommonName(host: string): boolean {
  return host.length <= MAX_COMMON_NAME_LENGTH && 'name' in readName('dnsNames', host);
}
