import { z } from 'zod';
import { KEY_ALGORITHMS, SUBJECT_ALT_NAME_KINDS } from '../../src/certificate.ts';
import {
  BUILT_IN_PROFILES,
  DEFAULT_BACKDATE,
  LEAF_VALIDITY,
  PROFILE_DEFAULTS,
} from '../../src/issuance/built-in-profiles.ts';
import { durationSeconds } from '../../src/issuance/duration.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import {
  contradictionsIn,
  contradictionsInValidity,
} from '../../src/issuance/profile-contradictions.ts';
import {
  type ReadPattern,
  readDnsPattern,
  readIpRange,
  readUriPattern,
} from '../../src/issuance/read-name-pattern.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../../src/x509/distinguished-name.ts';
import { oidFault } from '../../src/x509/oid-fault.ts';
import { EXT_KEY_USAGES, SERVER_AUTH } from '../../src/x509/oids.ts';
import { KEY_USAGE_BITS, type KeyUsage } from '../../src/x509/tbs-certificate.ts';
import { ExtensionBody, misplacedExtensions } from './extra-extension.ts';
import { Duration, listOf, Name, SubjectBody } from './names.ts';

/** What public authorities allow themselves (CA/Browser Forum Baseline Requirements §7.1.2.7). */
const MAX_BACKDATE_SECONDS = 48 * 3_600;

const Kind = z.enum(SUBJECT_ALT_NAME_KINDS);

/** By their names in RFC 5280 §4.2.1.12, or as object identifiers. */
const ExtKeyUsage = z.string().transform((text, context) => {
  const oid = (Object.hasOwn(EXT_KEY_USAGES, text) ? EXT_KEY_USAGES[text] : undefined) ?? text;
  const fault = oidFault(oid);
  if (fault === undefined) return oid;
  const names = Object.keys(EXT_KEY_USAGES).join(', ');
  const message = /^\d/.test(text) ? fault : `is neither an object identifier nor ${names}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function patternsOf(read: (text: string) => ReadPattern) {
  const pattern = z
    .string()
    .max(512)
    .transform((text, context) => {
      const known = read(text);
      if ('pattern' in known) return known.pattern;
      context.addIssue({ code: 'custom', message: known.fault });
      return z.NEVER;
    });
  return z
    .strictObject({
      permitted: listOf(pattern).min(1, 'must name at least one').exactOptional(),
      excluded: listOf(pattern).min(1, 'must name at least one').exactOptional(),
    })
    .exactOptional();
}

const Validity = z
  .strictObject({
    backdate: Duration.default(DEFAULT_BACKDATE.backdate),
    minimum: Duration.exactOptional(),
    default: Duration.exactOptional(),
    maximum: Duration.exactOptional(),
  })
  .superRefine((validity, context) => {
    if (durationSeconds(validity.backdate) > MAX_BACKDATE_SECONDS) {
      context.addIssue({ code: 'custom', path: ['backdate'], message: 'at most 48h' });
    }
    for (const { path, message } of contradictionsInValidity(validity)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

/** In the order of their bits, in which a certificate has them. */
const KeyUsages = z
  .array(z.enum(Object.keys(KEY_USAGE_BITS) as KeyUsage[]))
  .min(1)
  .transform((uses) => uses.toSorted((one, other) => KEY_USAGE_BITS[one] - KEY_USAGE_BITS[other]));

const SubjectTermsBody = z.strictObject({
  defaults: SubjectBody.default({}),
  callerMaySet: z.array(z.enum(SUBJECT_ATTRIBUTE_NAMES)).default([...SUBJECT_ATTRIBUTE_NAMES]),
  commonName: z.enum(['subjectAltName', 'any']).exactOptional(),
});

const SubjectAltNamesBody = z.strictObject({
  allowed: z.array(Kind).default([...SUBJECT_ALT_NAME_KINDS]),
  required: z.array(Kind).default([]),
  wildcards: z.boolean().default(false),
  maximumUris: z.int().min(1).max(100).exactOptional(),
  dnsNames: patternsOf(readDnsPattern),
  ipAddresses: patternsOf(readIpRange),
  emailAddresses: patternsOf(readDnsPattern),
  uris: patternsOf(readUriPattern),
});

/** An entry of `profiles` in the settings file; what it leaves out is the built-in one's of that name. */
export const ProfileBody = z
  .strictObject({
    name: Name,
    keyAlgorithms: z.array(z.enum(KEY_ALGORITHMS)).min(1).exactOptional(),
    keyUsage: KeyUsages.exactOptional(),
    extKeyUsage: z.array(ExtKeyUsage).max(32).exactOptional(),
    validity: Validity.exactOptional(),
    clampToIssuer: z.boolean().exactOptional(),
    subject: SubjectTermsBody.exactOptional(),
    subjectAltNames: SubjectAltNamesBody.exactOptional(),
    extensions: z.array(ExtensionBody).max(16).exactOptional(),
    urls: z
      .strictObject({
        caIssuers: z.boolean().default(true),
        ocsp: z.boolean().default(false),
        crl: z.boolean().default(false),
      })
      .exactOptional(),
  })
  .transform((body, context): Profile => {
    const profile = completed(body);
    for (const { path, message } of [
      ...contradictionsIn(profile),
      ...misplacedExtensions(profile),
    ]) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    return profile;
  });

type Terms = z.infer<typeof SubjectTermsBody>;
type Given = Omit<Partial<Profile>, 'subject'> & {
  readonly name: string;
  readonly subject?: Terms;
};

/** With all that it leaves out: the built-in profile's of that name, or a new one's; inside of a member always that. */
function completed({ subject, validity, ...given }: Given): Profile {
  const builtIn = BUILT_IN_PROFILES.find(({ name }) => name === given.name);
  const extKeyUsage = given.extKeyUsage ?? builtIn?.extKeyUsage ?? [];
  const isServer = extKeyUsage.includes(SERVER_AUTH);
  const commonName = builtIn?.subject.commonName ?? (isServer ? 'subjectAltName' : 'any');
  return {
    ...PROFILE_DEFAULTS,
    isAuthority: false,
    extKeyUsage,
    validity: LEAF_VALIDITY,
    subjectAltNames: SubjectAltNamesBody.parse({}),
    ...builtIn,
    ...given,
    ...(validity ? { validity: builtIn?.isAuthority ? validity : bounded(validity) } : {}),
    subject: { commonName, ...(subject ?? builtIn?.subject ?? SubjectTermsBody.parse({})) },
  };
}

/** A leaf's life has its bounds whatever is left out: the usual ones, or those that it names itself. */
function bounded(validity: Profile['validity']): Profile['validity'] {
  const isLonger = (one: string, other: string) => durationSeconds(one) > durationSeconds(other);
  const { default: usual, maximum: usualMaximum } = LEAF_VALIDITY;
  const { default: given, maximum: bound } = validity;
  if (bound !== undefined) {
    return { ...validity, default: given ?? (isLonger(usual, bound) ? bound : usual) };
  }
  const wanted = given ?? usual;
  const maximum = isLonger(wanted, usualMaximum) ? wanted : usualMaximum;
  return { ...validity, default: wanted, maximum };
}

/** A profile as `GET /v1/profiles` shows it: in the words of the settings file, nothing left out. */
export function presentProfile({ name, isAuthority, extKeyUsage, ...terms }: Profile) {
  const names = new Map(Object.entries(EXT_KEY_USAGES).map(([name, oid]) => [oid, name]));
  return {
    name,
    kind: isAuthority ? 'authority' : 'leaf',
    ...terms,
    extKeyUsage: extKeyUsage.map((oid) => names.get(oid) ?? oid),
  };
}
