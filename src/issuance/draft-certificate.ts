import type { Warning } from '../certificate.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import { type DecodedCertificate, decodeTbsCertificate } from '../x509/decode-certificate.ts';
import { encodeTbsCertificate } from '../x509/tbs-certificate.ts';
import { ownPartsOf, templateOf } from './certificate-template.ts';
import { certificateUrlsOf } from './certificate-urls.ts';
import type { IssuanceRequest, Signer } from './issuance-request.ts';
import { issuingObstacle } from './issuing-obstacle.ts';
import { lintOf } from './lint.ts';
import { malformedPartsOf } from './malformed-parts.ts';
import { violationsOf } from './policy.ts';
import type { Profile } from './profile.ts';
import { newSerialNumber } from './serial-number.ts';
import { ungrantedExtensions } from './ungranted-extensions.ts';

export interface DraftDeps {
  readonly randomBytes: (size: number) => Uint8Array;
  /** @throws {PkiError} `request-refused` for one that does not exist */
  readonly profileOf: (name: string) => Profile;
  /** Under which the distribution listener is reached by everybody, without a slash at its end. */
  readonly publicUrl?: string | undefined;
}

/** What would be signed, and what stands against it. */
export interface Draft {
  readonly tbsCertificate: Uint8Array;
  /** `tbsCertificate`, read back. */
  readonly decoded: DecodedCertificate;
  readonly violations: readonly Violation[];
  readonly warnings: readonly Warning[];
}

/**
 * Writes down what would be signed, and judges exactly those octets, by the policy and then by the
 * rules of whoever will read them: a name that slipped past the request by whatever way is judged
 * here like any other.
 *
 * @throws {PkiError} `authority-cannot-issue`, or `request-refused` for what cannot be written at all
 */
export function draftCertificate(
  { randomBytes, profileOf, publicUrl }: DraftDeps,
  order: { readonly signer: Signer; readonly request: IssuanceRequest },
  now: Date,
): Draft {
  const { signer, request } = order;
  const profile = profileOf(request.profile);
  const obstacle = issuingObstacle(signer, profile, now);
  if (obstacle !== undefined) throw new PkiError('authority-cannot-issue', obstacle);
  const { keyAlgorithm } = request.publicKey;
  const serialNumber = newSerialNumber(randomBytes);
  const issuerName = signer.path.length === 0 ? undefined : signer.name;
  const urls = certificateUrlsOf(publicUrl, issuerName, profile.urls);
  const purpose = { signer, profile, request, urls };
  const own = ownPartsOf(purpose, { now, serialNumber });
  const tbsCertificate = encodeTbsCertificate(templateOf(purpose, own), own);
  const decoded = readBack(tbsCertificate, request);
  const pointers = {
    names: request.names,
    subject: request.subjectPointer,
    key: request.keyPointer ?? '/keyAlgorithm',
  };
  const terms = { profile, keyAlgorithm, issuers: signer.path, pointers, now, urls };
  const violations = violationsOf(decoded, terms);
  // What breaks the policy breaks many a rule as well, and is best said in the policy's words.
  const lint = violations.length > 0 ? { violations, warnings: [] } : lintOf(decoded, terms);
  const asked = request.requestedExtensions;
  return {
    tbsCertificate,
    decoded,
    violations: lint.violations,
    warnings: [
      ...(asked ? ungrantedExtensions(asked, decoded) : []),
      ...clampWarnings(decoded, profile, signer),
      ...lint.warnings,
    ],
  };
}

/** A shorter life than was asked for is not to be found out when it ends. */
function clampWarnings(
  { notAfter }: DecodedCertificate,
  { clampToIssuer }: Profile,
  { path }: Signer,
): readonly Warning[] {
  const isClamped =
    clampToIssuer && path.some((issuer) => Number(issuer.notAfter) <= Number(notAfter));
  if (!isClamped) return [];
  const detail = `it ends with an authority above it, at ${notAfter.toISOString()}`;
  return [{ code: 'ends-with-its-issuer', detail }];
}

/** What cannot be read back is the request's fault where that holds what no certificate can, and else ours. */
function readBack(tbsCertificate: Uint8Array, request: IssuanceRequest): DecodedCertificate {
  try {
    return decodeTbsCertificate(tbsCertificate);
  } catch (cause) {
    const violations = malformedPartsOf(request);
    if (violations.length > 0) throw refused(violations);
    throw new Error('what was written cannot be read back', { cause });
  }
}
