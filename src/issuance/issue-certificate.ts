import { createHash } from 'node:crypto';
import type { Actor } from '../audit/entry.ts';
import type { Certificate } from '../certificate.ts';
import { PkiError, refused } from '../errors.ts';
import { type DecodedCertificate, decodeTbsCertificate } from '../x509/decode-certificate.ts';
import { encodeCertificate, encodeTbsCertificate } from '../x509/tbs-certificate.ts';
import { pathLengthLeftBy } from './authority-checks.ts';
import { supportedKeyAlgorithmOf, templateOf } from './certificate-template.ts';
import { issuanceAuditOf } from './issuance-audit.ts';
import type { Alongside, IssuanceRecord } from './issuance-record.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import { violationsOf } from './policy.ts';
import { PROFILES, type Profile } from './profile.ts';
import { newSerialNumber } from './serial-number.ts';

/** What issuing needs from outside; `main.ts` gives the real things, tests give small fakes. */
export interface IssuanceDeps {
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Makes all of it durable, or nothing; a name or serial number that exists already is an error. */
  readonly record: (record: IssuanceRecord) => Promise<void>;
}

/**
 * Issues one certificate of whatever kind, or refuses with every reason at once: there is no
 * second way to a signature.
 *
 * The record and its audit entry are durable before the certificate leaves this function,
 * so no certificate can exist outside that the database has never heard of.
 *
 * @throws {PkiError} `authority-cannot-issue`, `request-refused` or `name-taken`
 */
export async function issueCertificate(
  deps: IssuanceDeps,
  order: { readonly signer: Signer; readonly request: IssuanceRequest; readonly actor: Actor },
  alongside: Alongside = {},
): Promise<Certificate> {
  const { signer, request, actor } = order;
  const now = deps.now();
  const profile = PROFILES[request.profile];

  // 1. Decide everything that the certificate will say.
  assertCanIssue(signer, profile, now);
  const keyAlgorithm = supportedKeyAlgorithmOf(request.publicKey);
  const serialNumber = newSerialNumber(deps.randomBytes);
  const template = templateOf(order, profile, { now, serialNumber });

  // 2. Write down what would be signed, and judge exactly those octets.
  const tbsCertificate = encodeTbsCertificate(template);
  const decoded = decodeTbsCertificate(tbsCertificate, signer.keyAlgorithm);
  const pointers = { names: request.names, subject: request.subjectPointer };
  const violations = violationsOf(decoded, {
    profile,
    keyAlgorithm,
    issuers: signer.path,
    pointers,
  });
  if (violations.length > 0) throw refused(violations);

  // 3. Sign.
  const signature = await signer.sign(tbsCertificate);
  const der = encodeCertificate(tbsCertificate, signer.keyAlgorithm, signature);
  const certificate = certificateOf(decoded, der, { signer, request });

  // 4. Make it durable. The serial number's unique index turns a collision into an error.
  await deps.record({
    certificate,
    newAuthority: alongside.newAuthority,
    wrappedPrivateKey: alongside.wrapPrivateKey?.(certificate.serialNumber),
    auditEntries: issuanceAuditOf(certificate, { now, actor, alongside }),
  });
  return certificate;
}

/**
 * RFC 5280 §6.1.3 (a)(2), (l): nothing verifies that is signed outside the issuer's own period, or
 * by an authority whose path length is used up.
 */
function assertCanIssue({ name, path }: Signer, profile: Profile, now: Date): void {
  const [issuer] = path;
  if (issuer && (now < issuer.notBefore || issuer.notAfter < now)) {
    throw new PkiError('authority-cannot-issue', `authority "${name}" has expired`);
  }
  if (profile.isAuthority && pathLengthLeftBy(path) < 0) {
    throw new PkiError('authority-cannot-issue', `authority "${name}" has no path length left`);
  }
}

function certificateOf(
  decoded: DecodedCertificate,
  der: Uint8Array,
  { signer, request }: { signer: Signer; request: IssuanceRequest },
): Certificate {
  const { dnsNames, ipAddresses, emailAddresses, uris } = decoded.names;
  return {
    serialNumber: decoded.serialNumber,
    authority: signer.name,
    profile: request.profile,
    subject: decoded.subject.known,
    dnsNames,
    ipAddresses,
    emailAddresses,
    uris,
    notBefore: decoded.notBefore,
    notAfter: decoded.notAfter,
    fingerprintSha256: createHash('sha256').update(der).digest('hex'),
    warnings: request.warnings ?? [],
    der,
  };
}
