import { PkiError } from '../errors.ts';
import { proofOfPossessionFault } from '../x509/certification-request.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { type DecodedRequest, readRequest } from '../x509/decode-request.ts';
import { DerError } from '../x509/der-error.ts';
import { readDer } from '../x509/der-reader.ts';
import { certificateCandidate, pathCandidate, requestCandidate } from './candidate.ts';
import { pathSignatures } from './path-signatures.ts';
import { type Consumer, type Finding, findingsOf, rulesFor } from './rule.ts';
import { certificateRules, fileRules, pathRules, requestRules } from './rules.ts';
import { submittedFile } from './submitted-file.ts';

/** What a consumer would make of a file from elsewhere. */
export interface PreflightReport {
  readonly consumer: Consumer;
  /** What was judged. */
  readonly subject: 'certificate' | 'certification-path' | 'certification-request';
  /** Refused where any finding is an error. */
  readonly verdict: 'accepted' | 'refused';
  readonly findings: readonly PlacedFinding[];
}

/** A finding, and the certificate of the file that it is about, counted from 1; absent: the whole of it. */
export interface PlacedFinding extends Finding {
  readonly certificate?: number;
}

/**
 * Judges a certificate, a path or a request by the rules that speak for `consumer`, as what is issued here
 * is judged. Nothing is signed or recorded. What the strict reader does not read is refused for
 * every consumer: readers disagree about it.
 *
 * @throws {PkiError} `request-malformed` for a text that holds nothing to judge
 */
export async function preflight(
  consumer: Consumer,
  file: string,
  now: Date,
): Promise<PreflightReport> {
  const submitted = submittedFile(file);
  if (submitted.kind === 'request') {
    const findings = await requestFindings(consumer, submitted.request);
    return reportOf(consumer, 'certification-request', findings);
  }
  const { certificates } = submitted;
  const findings = pathFindings(consumer, certificates, now);
  const subject = certificates.length === 1 ? 'certificate' : 'certification-path';
  return reportOf(consumer, subject, findings);
}

function reportOf(
  consumer: Consumer,
  subject: PreflightReport['subject'],
  findings: readonly PlacedFinding[],
): PreflightReport {
  const isRefused = findings.some(({ rule }) => rule.severity === 'error');
  return { consumer, subject, verdict: isRefused ? 'refused' : 'accepted', findings };
}

async function requestFindings(consumer: Consumer, der: Uint8Array): Promise<readonly Finding[]> {
  const request = readOr(() => readDer(der, readRequest), 'not a PKCS #10 request: ');
  if (typeof request === 'string') return unreadable(consumer, request);
  const candidate = requestCandidate(request, await proofOfPossessionFault(request));
  return findingsOf(rulesFor(requestRules, [consumer]), candidate);
}

function pathFindings(
  consumer: Consumer,
  ders: readonly Uint8Array[],
  now: Date,
): readonly PlacedFinding[] {
  const read = ders.map((der) => readOr(() => decodeCertificate(der), ''));
  const certificates = read.filter((one) => typeof one !== 'string');
  const rules = rulesFor(certificateRules, [consumer]);
  const single = read.flatMap((one, index) => {
    const findings =
      typeof one === 'string'
        ? unreadable(consumer, one)
        : findingsOf(
            rules,
            certificateCandidate(one, { issuer: issuerOf(one, read[index + 1]), now }),
          );
    return findings.map((finding) => ({ ...finding, certificate: index + 1 }));
  });
  if (certificates.length < read.length) return single;
  const path = pathCandidate(certificates, pathSignatures(certificates));
  return [...single, ...findingsOf(rulesFor(pathRules, [consumer]), path)];
}

/** The next certificate of a file is an issuer's only where the names say so. */
function issuerOf(
  { issuerName }: DecodedCertificate,
  next: DecodedCertificate | string | undefined,
): DecodedCertificate | undefined {
  if (next === undefined || typeof next === 'string') return undefined;
  return Buffer.compare(next.subjectName, issuerName) === 0 ? next : undefined;
}

function unreadable(consumer: Consumer, readingFault: string): readonly Finding[] {
  return findingsOf(rulesFor(fileRules, [consumer]), { role: 'other', readingFault });
}

/** What was read, or why it cannot be. */
function readOr<T extends DecodedCertificate | DecodedRequest>(
  read: () => T,
  prefix: string,
): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError || error instanceof DerError) return `${prefix}${error.message}`;
    throw error;
  }
}
