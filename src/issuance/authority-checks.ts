import type { Validity } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { describeSubject } from '../x509/distinguished-name.ts';
import {
  BASE_KINDS,
  constraintAgainst,
  directoryConstraintAgainst,
} from '../x509/name-constraint-check.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import { ANY_EXTENDED_KEY_USAGE, describeOid } from '../x509/oids.ts';
import { commonNameAsHost } from './common-name-host.ts';
import type { IssuanceTerms, Pointers } from './terms.ts';
import { commonPeriodOf } from './validity.ts';

/** Every name is judged by the name constraints of every authority above (RFC 5280 §6.1.3 (b), (c)). */
export function permittedByEveryAuthorityAbove(
  certificate: DecodedCertificate,
  { issuers: above, pointers }: IssuanceTerms,
): readonly Violation[] {
  const issuers = above.filter(({ nameConstraints }) => isConstraining(nameConstraints));
  if (issuers.length === 0) return [];
  const subject = subjectAgainstConstraints(certificate, { issuers, pointer: pointers.subject() });
  if (certificate.isAuthority) return subject;
  const judged = BASE_KINDS.flatMap(([kind, baseKind]) =>
    certificate.names[kind].map((value, index) => ({
      baseKind,
      value,
      pointer: pointers.names[kind][index]?.pointer ?? `/${kind}`,
    })),
  );
  const names = [...judged, ...hostInCommonName(certificate, pointers)].flatMap(
    ({ baseKind, value, pointer }) =>
      issuers.flatMap((issuer) =>
        refusalBy(issuer, pointer, constraintAgainst(baseKind, value, issuer.nameConstraints)),
      ),
  );
  return [...subject, ...names];
}

/**
 * OpenSSL holds a common name that looks like a host against the DNS constraints when there is no
 * dNSName, so that a certificate which slips by here would be refused there; old clients read it beside dNSNames too.
 */
function hostInCommonName(certificate: DecodedCertificate, pointers: Pointers) {
  const value = commonNameAsHost(certificate);
  const pointer = pointers.subject('commonName');
  return value === undefined ? [] : [{ baseKind: 'dnsNames' as const, value, pointer }];
}

/** RFC 5280 §6.1.3 (b): the subject of every certificate, authorities included, unless it is empty. */
function subjectAgainstConstraints(
  { subject, subjectName }: DecodedCertificate,
  { issuers, pointer }: { issuers: readonly DecodedCertificate[]; pointer: string },
): readonly Violation[] {
  if (Object.keys(subject.known).length + subject.others.length === 0) return [];
  return issuers.flatMap((issuer) =>
    refusalBy(issuer, pointer, directoryConstraintAgainst(subjectName, issuer.nameConstraints)),
  );
}

function refusalBy(
  issuer: DecodedCertificate,
  pointer: string,
  constraint: string | undefined,
): readonly Violation[] {
  if (constraint === undefined) return [];
  return [{ pointer, detail: `authority "${nameOf(issuer)}" ${constraint}` }];
}

/** What a person calls an authority; one that was imported may have no common name. */
function nameOf({ subject }: DecodedCertificate): string {
  return subject.known.commonName ?? describeSubject(subject.known);
}

/**
 * An authority with extKeyUsage limits everything below it to those purposes: RFC 5280 does not say so,
 * but OpenSSL, Go, BoringSSL, NSS and Windows nest them, roots included.
 */
export function grantedByEveryAuthorityAbove(
  { extKeyUsage }: DecodedCertificate,
  { issuers }: IssuanceTerms,
): readonly Violation[] {
  return issuers.flatMap((issuer) => {
    const granted = issuer.extKeyUsage;
    if (granted.length === 0 || granted.includes(ANY_EXTENDED_KEY_USAGE)) return [];
    const lacking = extKeyUsage.filter((purpose) => !granted.includes(purpose));
    const others = granted.map(describeOid).join(', ');
    return lacking.map((purpose) => ({
      pointer: '/profile',
      detail: `authority "${nameOf(issuer)}" is for ${others} only, not for ${describeOid(purpose)}`,
    }));
  });
}

/** No verifier takes a certificate any more, or yet, while an authority above is outside its own period. */
export function outlivedByEveryAuthorityAbove(
  certificate: Validity,
  { issuers }: Pick<IssuanceTerms, 'issuers'>,
): readonly Violation[] {
  const { notBefore, notAfter } = commonPeriodOf(issuers);
  if (certificate.notBefore >= notBefore && certificate.notAfter <= notAfter) return [];
  const first = issuers.find((issuer) => issuer.notAfter.getTime() === notAfter.getTime());
  const whom = !first || first === issuers[0] ? 'its issuer' : `authority "${nameOf(first)}"`;
  const detail = `would outlive ${whom}, which ends at ${notAfter.toISOString()}`;
  return [{ pointer: '/validity', detail }];
}

/**
 * The path length that an authority asks for is what every authority above leaves
 * (RFC 5280 §4.2.1.9); a leaf is never counted.
 */
export function pathLengthHolds(
  certificate: DecodedCertificate,
  { issuers }: IssuanceTerms,
): readonly Violation[] {
  if (!certificate.isAuthority) return [];
  const left = pathLengthLeftBy(issuers);
  if ((certificate.pathLenConstraint ?? 0) <= left) return [];
  return [{ pointer: '/pathLenConstraint', detail: `the authorities above leave ${left}` }];
}

/** How many further authorities may follow one issued under `issuers`; -1 when there may be none at all. */
export function pathLengthLeftBy(issuers: readonly DecodedCertificate[]): number {
  const left = issuers.map(({ pathLenConstraint }, above) =>
    pathLenConstraint === undefined ? Number.POSITIVE_INFINITY : pathLenConstraint - above - 1,
  );
  return Math.min(...left);
}
