import { z } from 'zod';
import { KEY_ALGORITHMS, type KeyAlgorithm, RSA_SIGNATURE_SCHEMES } from '../../src/certificate.ts';
import { nameFormFault } from '../../src/issuance/names.ts';
import { ipRangeOctets } from '../../src/x509/ip-address.ts';
import { Duration, listOf, Name, SubjectBody } from './names.ts';

/** Nothing named would permit everything, which is not what it looks like. */
function basesOf<T extends z.ZodType>(base: T) {
  return listOf(base).min(1, 'must name at least one').exactOptional();
}

/** A host, or with a leading dot every host below it; no wildcard. */
const HostOrDomain = z
  .string()
  .refine((text) => isPlainDnsName(text.replace(/^\./, '')), 'is neither a host nor a domain');

const Subtrees = z
  .strictObject({
    dnsNames: basesOf(z.string().refine(isPlainDnsName, 'is not a domain')),
    ipRanges: basesOf(
      z.string().refine((text) => ipRangeOctets(text) !== undefined, 'is not a CIDR range'),
    ),
    emailDomains: basesOf(HostOrDomain),
    uriDomains: basesOf(HostOrDomain),
  })
  .refine(hasMembers, 'must name at least one');

/** Longer paths than anybody's; it must fit the one octet that some readers give it. */
const MAX_PATH_LENGTH = 255;

const members = {
  name: Name,
  subject: SubjectBody.refine(({ commonName }) => commonName !== undefined, {
    path: ['commonName'],
    message: 'is required',
  }),
  keyAlgorithm: z.enum(KEY_ALGORITHMS),
  rsaSignatureScheme: z.enum(RSA_SIGNATURE_SCHEMES).exactOptional(),
  validity: Duration,
  pathLenConstraint: z.int().min(0).max(MAX_PATH_LENGTH).exactOptional(),
  nameConstraints: z
    .strictObject({ permitted: Subtrees.exactOptional(), excluded: Subtrees.exactOptional() })
    .refine(hasMembers, 'must name at least one')
    .exactOptional(),
} as const;

/** Body of `POST /v1/authorities`, and an entry of `authorities` in the settings file. */
export const AuthorityBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('root'), ...members }),
    z.strictObject({ kind: z.literal('intermediate'), parent: Name, ...members }),
  ])
  .refine(({ keyAlgorithm, rsaSignatureScheme }) => isRsa(keyAlgorithm) || !rsaSignatureScheme, {
    path: ['rsaSignatureScheme'],
    message: 'is for RSA keys only',
  });

function isRsa(keyAlgorithm: KeyAlgorithm): boolean {
  return keyAlgorithm.startsWith('rsa');
}

function isPlainDnsName(text: string): boolean {
  return nameFormFault('dnsNames', text) === undefined && !text.startsWith('*');
}

function hasMembers(record: object): boolean {
  return Object.keys(record).length > 0;
}
