import { X509Certificate } from 'node:crypto';
import { chainInvalid } from '../bundle/chain-violations.ts';
import {
  describedCertificate,
  type ForeignCertificate,
  quotedName,
} from '../bundle/foreign-certificate.ts';
import type { Warning } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { MAX_PATH_LENGTH } from '../issuance/issuer.ts';
import { findingsInPlace, warningInPlace } from '../preflight/findings-in-place.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { type Ascent, ascentFrom } from './ascent.ts';
import { isCertified, type RecordedAuthority } from './authority.ts';
import { INCOMING_RULES, isRefusedFor } from './incoming-rules.ts';

/** What the certificates that come in with an authority are held against. */
export interface KnownHere {
  readonly authorities: readonly RecordedAuthority[];
  /** The path of an authority: its own certificate first, the root's last. */
  readonly pathOf: (name: string) => Promise<readonly DecodedCertificate[]>;
  readonly now: Date;
}

/** Certificates as they were sent, which are to make the path of an authority. */
export interface SentCertificates {
  readonly certificates: readonly ForeignCertificate[];
  /** JSON Pointer to them. */
  readonly pointer: string;
  /** The one that is the authority's own. */
  readonly own: ForeignCertificate;
}

/** A certificate that is new here, on the path of an authority that comes in. */
export interface IncomingCertificate {
  readonly foreign: ForeignCertificate;
  readonly decoded: DecodedCertificate;
  /** Of itself and of everything above it. */
  readonly warnings: readonly Warning[];
}

/** A path that is whole and verifies. */
export interface IncomingPath {
  /** The authority's own first. */
  readonly certificates: readonly [IncomingCertificate, ...IncomingCertificate[]];
  /** The authority above them that is known here; `null` where the last of them is a root's. */
  readonly parent: string | null;
}

/**
 * The path of an authority that comes in, from its own certificate up to a root that was sent or is known here.
 * Every link verifies, nothing on the path keeps verifiers from taking what is issued below, and nothing
 * was sent that is not on it.
 *
 * @throws {PkiError} `chain-invalid`, with everything that is wrong, or `request-malformed` for a
 *   certificate that our own reader cannot read
 */
export async function incomingPath(
  sent: SentCertificates,
  { authorities, pathOf, now }: KnownHere,
): Promise<IncomingPath> {
  const known = new Map(
    authorities.filter(isCertified).map(({ name, certificate }) => {
      const x509 = new X509Certificate(certificate.der);
      return [describedCertificate(x509, `authority "${name}"`), name] as const;
    }),
  );
  const ascent = ascentFrom(sent.own, sent.certificates, [...known.keys()]);
  const parent = (ascent.known && known.get(ascent.known)) ?? null;
  const above = parent === null ? [] : await pathOf(parent);
  const steps = ascent.path.map((foreign) => ({ foreign, decoded: decodedOf(foreign, sent) }));
  const path = [...steps.map(({ decoded }) => decoded), ...above];
  const details = [
    ...(ascent.obstacle === undefined ? [] : [ascent.obstacle]),
    ...strays(sent, { ascent, path }),
    ...pathFaults(path, { ascent, now }),
  ];
  if (details.length > 0) {
    throw chainInvalid(details.map((detail) => ({ pointer: sent.pointer, detail })));
  }
  const warnings = warningsOf(path, now);
  const [own, ...others] = steps.map((step, index) => ({
    ...step,
    warnings: warnings.slice(index).flat(),
  }));
  if (!own) throw new Error('a path begins with its own certificate');
  return { certificates: [own, ...others], parent };
}

function decodedOf({ x509, label }: ForeignCertificate, { pointer }: SentCertificates) {
  try {
    return decodeCertificate(x509.raw);
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause;
    const detail = `${label}: ${cause.message}`;
    throw new PkiError(cause.code, detail, { cause, violations: [{ pointer, detail }] });
  }
}

/** Certificates that were sent and would be left out. */
function strays(
  { certificates }: SentCertificates,
  { ascent, path }: { ascent: Ascent; path: readonly DecodedCertificate[] },
): readonly string[] {
  const isOnPath = (certificate: ForeignCertificate) =>
    ascent.path.includes(certificate) || path.some(({ der }) => certificate.x509.raw.equals(der));
  const others = certificates.filter((certificate) => !isOnPath(certificate));
  return others.map(({ label }) => `${label} is not on the path of the authority`);
}

function pathFaults(
  path: readonly DecodedCertificate[],
  { ascent, now }: { ascent: Ascent; now: Date },
): readonly string[] {
  const labels = path.map((certificate, index) => ascent.path[index]?.label ?? nameIn(certificate));
  const terms = { labels, isToIssue: true, now };
  const found = findingsInPlace(path, INCOMING_RULES, terms).flat();
  const faults = found.filter(({ rule }) => isRefusedFor(rule)).map(({ detail }) => detail);
  if (path.length <= MAX_PATH_LENGTH) return faults;
  return [...faults, `the path has ${path.length} certificates, more than ${MAX_PATH_LENGTH}`];
}

/** By certificate of a path that nothing refuses, its own first. */
function warningsOf(
  path: readonly DecodedCertificate[],
  now: Date,
): readonly (readonly Warning[])[] {
  const terms = { labels: path.map(nameIn), isToIssue: true, now };
  const found = findingsInPlace(path, INCOMING_RULES, terms);
  return path.map((certificate, index) =>
    (found[index] ?? []).map((finding) => warningInPlace(finding, certificate)),
  );
}

function nameIn({ der }: DecodedCertificate): string {
  return quotedName(new X509Certificate(der).subject);
}
