import { z } from 'zod';
import type { Subject } from '../../src/certificate.ts';
import { DURATION } from '../../src/issuance/duration.ts';
import { isDnsName, isEmailAddress, isIpAddress, isUri } from '../../src/issuance/names.ts';
import { subjectValueFault } from '../../src/issuance/subject-checks.ts';

/**
 * The names of authorities and targets go into paths, files, metrics and marks at destinations: what
 * Kubernetes takes for a label's value is safe in all of them.
 */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'must be at most 63 letters, digits and, inside, hyphens, dots and underscores',
  );

export const Duration = z
  .string()
  .regex(DURATION, 'must be a duration such as 15m, 24h, 30d or 5y');

/** A list of names has at most as many members as a certificate may have names. */
const MAX_MEMBERS = 100;

export const DnsName = z.string().refine(isDnsName, 'is not a DNS name');

/** The subjectAltName's kinds; each may be left out. */
export const subjectAltNameMembers = {
  dnsNames: listOf(DnsName).exactOptional(),
  ipAddresses: listOf(z.string().refine(isIpAddress, 'is not an IP address')).exactOptional(),
  emailAddresses: listOf(
    z.string().refine(isEmailAddress, 'is not an e-mail address'),
  ).exactOptional(),
  uris: listOf(z.string().refine(isUri, 'is not an absolute URI')).exactOptional(),
} as const;

export const SubjectBody = z.strictObject({
  commonName: attribute('commonName').exactOptional(),
  organization: attribute('organization').exactOptional(),
  organizationalUnit: attribute('organizationalUnit').exactOptional(),
  country: attribute('country').exactOptional(),
  stateOrProvince: attribute('stateOrProvince').exactOptional(),
  locality: attribute('locality').exactOptional(),
});

/** One line of text: no control characters, line separators or lone surrogates, and not blank. */
export const Line = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'must be one line of text')
  .refine((text) => text.trim() !== '', 'must not be blank');

/** At most {@link MAX_MEMBERS} of something. */
export function listOf<T extends z.ZodType>(member: T) {
  return z.array(member).max(MAX_MEMBERS, `has at most ${MAX_MEMBERS} members`);
}

function attribute(name: keyof Subject) {
  return z.string().superRefine((value, context) => {
    const message = subjectValueFault(name, value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}
