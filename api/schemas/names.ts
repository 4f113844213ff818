import { z } from 'zod';
import type { Subject, SubjectAltNames } from '../../src/certificate.ts';
import { durationFault } from '../../src/issuance/duration.ts';
import { nameFormFault, readName } from '../../src/issuance/names.ts';
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

export const Duration = faultless(durationFault, durationFault(''));

/** A list of names has at most as many members as a certificate may have names. */
const MAX_MEMBERS = 100;

/** The subjectAltName's kinds; each may be left out. Whether what has the form of a name is one, the policy says. */
export const subjectAltNameMembers = {
  dnsNames: listOf(nameOf('dnsNames')).exactOptional(),
  ipAddresses: listOf(nameOf('ipAddresses')).exactOptional(),
  emailAddresses: listOf(nameOf('emailAddresses')).exactOptional(),
  uris: listOf(nameOf('uris')).exactOptional(),
} as const;

/** DNS names and IP addresses with commas between, each kind as it is written in certificates. */
export const Hosts = z.string().transform((text, context) => {
  const hosts = { dnsNames: [] as string[], ipAddresses: [] as string[] };
  for (const part of text.split(',').map((one) => one.trim())) {
    const [address, name] = [readName('ipAddresses', part), readName('dnsNames', part)];
    if ('name' in address) hosts.ipAddresses.push(address.name);
    else if ('name' in name) hosts.dnsNames.push(name.name);
    else {
      context.addIssue({
        code: 'custom',
        message: `"${part}" is no IP address, and ${name.fault}`,
      });
      return z.NEVER;
    }
  }
  return hosts;
});

/** A DNS name to look for, as it is written in certificates. */
export const DnsNameToFind = z.string().transform((text, context) => {
  const read = readName('dnsNames', text);
  if ('name' in read) return read.name;
  context.addIssue({ code: 'custom', message: read.fault });
  return z.NEVER;
});

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

/** A URI, as it may stand in a certificate. */
export const Uri = nameOf('uris');

function nameOf(kind: keyof SubjectAltNames) {
  return faultless((text) => nameFormFault(kind, text));
}

function attribute(name: keyof Subject) {
  return faultless((value) => subjectValueFault(name, value));
}

/** Text of which `faultOf` says nothing; of what is no text at all, `otherwise`. */
export function faultless(faultOf: (text: string) => string | undefined, otherwise?: string) {
  return z.string(otherwise).superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}
