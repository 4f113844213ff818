import type { Actor } from '../audit/entry.ts';
import type { Certificate } from '../certificate.ts';
import { refused } from '../errors.ts';
import { nextStep } from '../in-step.ts';
import { encodeCertificate } from '../x509/tbs-certificate.ts';
import { type DraftDeps, draftCertificate } from './draft-certificate.ts';
import { issuanceAuditOf } from './issuance-audit.ts';
import type { Alongside, IssuanceRecord } from './issuance-record.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import { recordedCertificate } from './recorded-certificate.ts';

/** What issuing needs from outside; `compose/issuing.ts` gives the real things, tests give small fakes. */
export interface IssuanceDeps extends DraftDeps {
  readonly now: () => Date;
  /**
   * Makes all of it durable, or nothing; a name or serial number that exists already is an error. Where an answer becomes
   * durable with it (`answerOnce`), it is put into that transaction, which is made before anybody is told.
   */
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

  // 1. Decide everything that the certificate will say, write it down, and judge exactly those octets.
  const { tbsCertificate, decoded, violations, warnings } = draftCertificate(deps, order, now);
  if (violations.length > 0) throw refused(violations);

  // 2. Sign.
  await nextStep();
  const signature = await signer.sign(tbsCertificate);
  const der = encodeCertificate(tbsCertificate, signer.signatureAlgorithm, signature);
  const certificate = recordedCertificate(decoded, der, {
    authority: signer.name,
    profile: request.profile,
    issuedAt: now,
    warnings,
  });

  // 3. Make it durable. Serial numbers are unique for each issuer, which turns a collision into an error.
  await deps.record({
    certificate,
    newAuthority: alongside.newAuthority,
    wrappedPrivateKey: alongside.wrapPrivateKey?.(certificate.serialNumber),
    auditEntries: issuanceAuditOf(certificate, { now, actor, alongside }),
  });
  return certificate;
}
