import { z } from 'zod';
import { KEY_ALGORITHMS } from '../../src/certificate.ts';
import { DnsNameToFind, Duration, Name, SubjectBody, subjectAltNameMembers } from './names.ts';
import { pageMembers } from './page.ts';

/** A CSR with a 4096 bit key and a hundred long names has less. */
const MAX_CSR_LENGTH = 65_536;

/** How a request says which key: one that is made here, or a CSR's. */
const keyMembers = {
  keyAlgorithm: z.enum(KEY_ALGORITHMS).exactOptional(),
  csr: z.string().min(1).max(MAX_CSR_LENGTH).exactOptional(),
  storePrivateKey: z.boolean().exactOptional(),
} as const;

/** Body of `POST /v1/certificates`. */
export const CertificateBody = z
  .strictObject({
    authority: Name,
    profile: Name,
    subject: SubjectBody.exactOptional(),
    ...subjectAltNameMembers,
    validity: Duration.exactOptional(),
    ...keyMembers,
  })
  .superRefine(csrBringsItsKey);

/** More come in several requests, or as lines of NDJSON. */
export const MAX_BATCH_ITEMS = 1_000;

/** Body of `POST /v1/certificates/batch`; each item is judged by itself, as a {@link CertificateBody}. */
export const BatchBody = z.strictObject({
  items: z
    .array(z.unknown())
    .min(1, 'has at least one item')
    .max(MAX_BATCH_ITEMS, `has at most ${MAX_BATCH_ITEMS} items`),
});

/** Body of `POST /v1/certificates/{serialNumber}/renew`. */
export const RenewalBody = z.strictObject({ validity: Duration.exactOptional() });

/** Body of `POST /v1/certificates/{serialNumber}/rekey`. */
export const RekeyBody = z
  .strictObject({ validity: Duration.exactOptional(), ...keyMembers })
  .superRefine(csrBringsItsKey);

/** RFC 5280 §4.1.2.5 ends with the latter; before the former nobody has issued anything. */
const YEARS = /^(19[7-9]|[2-9]\d\d)\d-/;

/** Query of `GET /v1/certificates`. */
export const CertificateListQuery = z.strictObject({
  dnsName: DnsNameToFind.exactOptional(),
  authority: Name.exactOptional(),
  profile: Name.exactOptional(),
  expiresBefore: z.iso
    .datetime({ error: 'must be an instant in UTC such as 2027-01-31T00:00:00Z', abort: true })
    .regex(YEARS, 'must lie in the years 1970 to 9999')
    .exactOptional(),
  status: z.enum(['valid', 'expired']).exactOptional(),
  ...pageMembers,
});

/** Whose certificate is meant, where several authorities have used its serial number. */
const ofAuthority = { authority: Name.exactOptional() } as const;

/** Query of what is done to `/v1/certificates/{serialNumber}`. */
export const OfAuthority = z.strictObject(ofAuthority);

/** Query of `GET /v1/certificates/{serialNumber}`. */
export const CertificateQuery = z
  .strictObject({
    format: z.enum(['json', 'pem', 'chain', 'fullchain', 'der', 'cer', 'p7b']).default('json'),
    root: z.literal('include').exactOptional(),
    ...ofAuthority,
  })
  .refine(({ format, root }) => root === undefined || format === 'fullchain', {
    path: ['root'],
    message: 'is for format=fullchain alone',
  });

function csrBringsItsKey(
  body: {
    readonly csr?: string;
    readonly keyAlgorithm?: string;
    readonly storePrivateKey?: boolean;
  },
  context: z.RefinementCtx,
): void {
  if (body.csr === undefined) return;
  for (const member of ['keyAlgorithm', 'storePrivateKey'] as const) {
    if (body[member] === undefined) continue;
    const message = 'is not for a request with a CSR, which brings its own key';
    context.addIssue({ code: 'custom', path: [member], message });
  }
}
