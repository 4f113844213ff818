import { z } from 'zod';
import {
  type AuthorityKind,
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  RSA_SIGNATURE_SCHEMES,
} from '../../src/certificate.ts';
import { nameFormFault } from '../../src/issuance/names.ts';
import type { Profile } from '../../src/issuance/profile.ts';
import { MAX_PFX_OCTETS } from '../../src/x509/decode-pfx.ts';
import { ipRangeFault } from '../../src/x509/ip-address.ts';
import { Duration, faultless, listOf, Name, SubjectBody } from './names.ts';

/** Nothing named would permit everything, which is not what it looks like. */
function basesOf<T extends z.ZodType>(base: T) {
  return listOf(base).min(1, 'must name at least one').exactOptional();
}

/** A host, or with a leading dot every host below it; no wildcard. */
const HostOrDomain = z
  .string()
  .refine((text) => isPlainDnsName(text.replace(/^\./, '')), 'is neither a host nor a domain');

/** All below it is meant too, without a dot before it. */
const Domain = z.string().superRefine((text, context) => {
  if (isPlainDnsName(text)) return;
  const domain = text.replace(/^\./, '');
  const isDotted = domain !== text && isPlainDnsName(domain);
  const cure = isDotted ? `: write ${domain}, which means all below it too` : '';
  context.addIssue({ code: 'custom', message: `is not a domain${cure}` });
});

const Subtrees = z
  .strictObject({
    dnsNames: basesOf(Domain),
    ipRanges: basesOf(faultless(ipRangeFault)),
    emailDomains: basesOf(HostOrDomain),
    uriDomains: basesOf(HostOrDomain),
  })
  .refine(hasMembers, 'must name at least one');

/** The bounds of the readers behind, so that they never see more. */
const MAX_CERTIFICATES_LENGTH = 524_288;
const MAX_PRIVATE_KEY_LENGTH = 32_768;
/** Base64 of {@link MAX_PFX_OCTETS}. */
const MAX_PFX_LENGTH = Math.ceil(MAX_PFX_OCTETS / 3) * 4;
const MAX_PASSWORD_LENGTH = 1_024;
const MAX_AUTHORITIES_ABOVE = 15;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Longer paths than anybody's; it must fit the one octet that some readers give it. */
const MAX_PATH_LEN_CONSTRAINT = 255;

const members = {
  name: Name,
  subject: SubjectBody.refine(({ commonName }) => commonName !== undefined, {
    path: ['commonName'],
    message: 'is required',
  }),
  keyAlgorithm: z.enum(KEY_ALGORITHMS).exactOptional(),
  rsaSignatureScheme: z.enum(RSA_SIGNATURE_SCHEMES).exactOptional(),
  pathLenConstraint: z.int().min(0).max(MAX_PATH_LEN_CONSTRAINT).exactOptional(),
} as const;

const nameConstraints = z
  .strictObject({ permitted: Subtrees.exactOptional(), excluded: Subtrees.exactOptional() })
  .refine(hasMembers, 'must name at least one')
  .exactOptional();

const RootBody = z.strictObject({
  kind: z.literal('root'),
  ...members,
  validity: Duration.exactOptional(),
  nameConstraints,
});

/** With a parent of `null` an authority outside signs it, and decides how long it lives, and for which names. */
function intermediateBodyWhere(isValidityRequired: boolean) {
  return z
    .strictObject({
      kind: z.literal('intermediate'),
      parent: Name.nullable(),
      ...members,
      validity: Duration.exactOptional(),
      nameConstraints,
    })
    .superRefine((body, context) => {
      const isSignedHere = body.parent !== null;
      const fault = (member: string, message: string) =>
        context.addIssue({ code: 'custom', path: [member], message });
      const isMissing = isSignedHere && body.validity === undefined;
      if (isMissing && isValidityRequired) fault('validity', 'is required');
      for (const member of ['validity', 'nameConstraints'] as const) {
        if (isSignedHere || body[member] === undefined) continue;
        fault(member, 'is for the authority outside to decide, where parent is null');
      }
    })
    .transform(({ parent, validity, nameConstraints: constraints, ...common }) =>
      parent === null
        ? { ...common, parent }
        : { ...common, parent, validity, nameConstraints: constraints },
    );
}

function bodyWhere(isValidityRequired: (kind: AuthorityKind) => boolean) {
  const rootBody = isValidityRequired('root') ? RootBody.extend({ validity: Duration }) : RootBody;
  const intermediateBody = intermediateBodyWhere(isValidityRequired('intermediate'));
  return z
    .discriminatedUnion('kind', [rootBody, intermediateBody])
    .refine((body) => mayBeRsa(body) || !body.rsaSignatureScheme, {
      path: ['rsaSignatureScheme'],
      message: 'is for RSA keys only',
    });
}

/**
 * An authority as the contract has it, and an entry of `authorities` in the settings file. Whether it may leave out its
 * `validity` is for the profiles to say: see {@link hasDefaultValidity}.
 */
export const AuthorityBody = bodyWhere(() => false);

/** Body of `POST /v1/authorities` under such profiles. */
export function authorityBodyUnder(profiles: readonly Profile[]) {
  return bodyWhere((kind) => !hasDefaultValidity(profiles, kind));
}

/** Whether an authority that does not say how long it lives lives as long as its profile says. */
export function hasDefaultValidity(profiles: readonly Profile[], kind: AuthorityKind): boolean {
  return profiles.some(({ name, validity }) => name === kind && validity.default !== undefined);
}

/** Names for the authorities above one that comes in; no path is longer. */
const namesAbove = z.array(Name).max(MAX_AUTHORITIES_ABOVE).exactOptional();

const PemCertificates = z.string().min(1).max(MAX_CERTIFICATES_LENGTH);

/** Body of `POST /v1/authorities/{name}/certificate`. */
export const CertificationBody = z.strictObject({ certificate: PemCertificates, namesAbove });

/** Body of `POST /v1/authorities/import`. */
export const ImportBody = z
  .strictObject({
    name: Name,
    namesAbove,
    certificate: PemCertificates.exactOptional(),
    privateKey: z.string().min(1).max(MAX_PRIVATE_KEY_LENGTH).exactOptional(),
    pfx: z
      .string()
      .min(1)
      .max(MAX_PFX_LENGTH)
      .regex(BASE64, 'must be Base64, in one line')
      .exactOptional(),
    password: z.string().max(MAX_PASSWORD_LENGTH).exactOptional(),
    rsaSignatureScheme: z.enum(RSA_SIGNATURE_SCHEMES).exactOptional(),
  })
  .superRefine(
    (body, context) => {
      for (const member of ['certificate', 'privateKey'] as const) {
        const isPfx = body.pfx !== undefined;
        if (isPfx !== (body[member] !== undefined)) continue;
        const message = isPfx
          ? 'is not for an import of a PFX, which holds its own'
          : 'is required, unless a PFX is sent as pfx';
        context.addIssue({ code: 'custom', path: [member], message });
      }
    },
    // Beside other faults, too, so that all are named at once.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  );

/** What is left out is for the profile to say. */
function mayBeRsa({ keyAlgorithm }: { readonly keyAlgorithm?: KeyAlgorithm }): boolean {
  return keyAlgorithm?.startsWith('rsa') ?? true;
}

function isPlainDnsName(text: string): boolean {
  return nameFormFault('dnsNames', text) === undefined && !text.startsWith('*');
}

function hasMembers(record: object): boolean {
  return Object.keys(record).length > 0;
}
