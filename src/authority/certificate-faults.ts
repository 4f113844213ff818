import { hasEnded } from '../has-ended.ts';
import { nameOf } from '../issuance/authority-checks.ts';
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { readDer } from '../x509/der-reader.ts';
import { describeSubject } from '../x509/distinguished-name.ts';
import { isKnownWhenCritical } from '../x509/extension-fault.ts';
import {
  BASE_KINDS,
  constraintAgainst,
  directoryConstraintAgainst,
} from '../x509/name-constraint-check.ts';
import { describeOid } from '../x509/oids.ts';
import { kindOfSignature } from '../x509/read-signature-scheme.ts';

/** Where an authority's certificate stands on its path. */
export interface PathPlace {
  /** The certificates above it, its issuer first; none for a root. */
  readonly above: readonly DecodedCertificate[];
  readonly isRoot: boolean;
  /** How many authorities stand below it on the path. */
  readonly below: number;
  readonly now: Date;
}

/** An empty SEQUENCE's octets: a Name without attributes. */
const EMPTY_NAME_OCTETS = 2;

/**
 * Everything for which verifiers would refuse a certificate as that of an authority (RFC 5280 §6.1), each as a
 * sentence without its subject; that its issuer has signed it is known already.
 */
export function certificateFaults(
  certificate: DecodedCertificate,
  { above, isRoot, below, now }: PathPlace,
): readonly string[] {
  return [
    ...authorityFaults(certificate),
    ...periodFaults(certificate, now),
    ...pathLengthFaults(certificate, below),
    // Nobody verifies what a root says of itself, and old ones say it by SHA-1.
    ...(isRoot ? [] : signatureFaults(certificate)),
    ...unknownExtensions(certificate),
    ...above.flatMap((issuer) => constraintFaults(certificate, issuer)),
  ];
}

/** RFC 5280 §4.1.2.6, §4.2.1.3, §4.2.1.9. */
function authorityFaults({ isAuthority, keyUsage, subjectName }: DecodedCertificate): string[] {
  const faults: string[] = [];
  if (!isAuthority) faults.push('is no authority’s: its basicConstraints do not say CA');
  if (keyUsage.length > 0 && !keyUsage.includes('keyCertSign')) {
    faults.push('may not sign certificates: its keyUsage has no keyCertSign');
  }
  if (subjectName.length === EMPTY_NAME_OCTETS) faults.push('has no subject');
  return faults;
}

function periodFaults({ notBefore, notAfter }: DecodedCertificate, now: Date): string[] {
  if (now < notBefore) return [`is not valid before ${notBefore.toISOString()}`];
  return hasEnded({ notAfter }, now) ? [`expired at ${notAfter.toISOString()}`] : [];
}

function pathLengthFaults({ pathLenConstraint }: DecodedCertificate, below: number): string[] {
  if (pathLenConstraint === undefined || below <= pathLenConstraint) return [];
  return [`allows ${pathLenConstraint} authorities below it, and there are ${below}`];
}

function signatureFaults({ signatureAlgorithm }: DecodedCertificate): string[] {
  const algorithm = readDer(signatureAlgorithm, readAlgorithmIdentifier);
  if (kindOfSignature(algorithm)) return [];
  return [`is signed by an algorithm that is too weak, or unknown here (${algorithm.id})`];
}

/** RFC 5280 §4.2: who does not know a critical extension must refuse the certificate. */
function unknownExtensions({ criticalExtensions }: DecodedCertificate): string[] {
  const unknown = criticalExtensions.filter((id) => !isKnownWhenCritical(id));
  return unknown.map(
    (id) => `has the critical extension ${describeOid(id)}, which is unknown here`,
  );
}

/** RFC 5280 §6.1.3 (b), (c): the subject and every name of an authority, too. */
function constraintFaults(
  { subject, subjectName, names }: DecodedCertificate,
  issuer: DecodedCertificate,
): string[] {
  const { nameConstraints } = issuer;
  const bySubject = directoryConstraintAgainst(subjectName, nameConstraints);
  const described = describeSubject(subject.known);
  const byNames = BASE_KINDS.flatMap(([kind, baseKind]) =>
    names[kind].map((name) => [name, constraintAgainst(baseKind, name, nameConstraints)] as const),
  );
  return [[described, bySubject] as const, ...byNames].flatMap(([name, constraint]) =>
    constraint === undefined
      ? []
      : [`has the name "${name}", but authority "${nameOf(issuer)}" above it ${constraint}`],
  );
}
