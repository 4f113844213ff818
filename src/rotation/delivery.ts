import { PkiError } from '../errors.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { certificateCandidate, pathCandidate, roleOf } from '../preflight/candidate.ts';
import type { DeliveryCandidate, PlaceCandidate } from '../preflight/delivery-candidate.ts';
import { pathSignatures } from '../preflight/path-signatures.ts';
import { type Consumer, type Finding, findingsOf, rulesFor } from '../preflight/rule.ts';
import { certificateRules, deliveryRules, pathRules, placeRules } from '../preflight/rules.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { opensslCertificate } from '../x509/openssl-certificate.ts';
import { encodeCertificates } from '../x509/pem.ts';
import { isSignedBy } from '../x509/signed-by.ts';
import { type ClockOffset, laterOfBoth, latestThere } from './clock-offset.ts';
import type { DestinationFiles, DestinationState } from './destination.ts';
import { publicKeyOf, readableChain } from './readable-files.ts';
import type { Expectation } from './reasons.ts';
import type { HeldCertificate } from './rotation-record.ts';
import { rotationTimeOf } from './schedule/rotation-time.ts';
import type { Destination } from './target.ts';

/** What a preflight of a target needs to know besides its files. */
export interface DeliveryTerms {
  readonly expected: Expectation;
  readonly found: DestinationState;
  readonly held?: HeldCertificate | undefined;
  readonly now: Date;
  /** Absent where the place has no clock of its own, or nothing is known of it. */
  readonly clockOffset?: ClockOffset | undefined;
}

/** Who reads each kind of destination; `rfc5280` stands for whatever else there is. */
const READERS: Readonly<Record<Destination['type'], readonly Consumer[]>> = {
  kubernetesSecret: ['rfc5280', 'envoy', 'istio'],
  directory: ['rfc5280', 'envoy'],
  sds: ['rfc5280', 'envoy'],
};

/**
 * What stricter readers than Envoy have against authorities from elsewhere, which nobody here can mend. A certificate below them
 * is issued with a warning, and must not come to its end in the place where it worked.
 */
const BORNE = [
  'path-explicit-policy',
  'path-subject-email',
  'path-constraint-kinds',
  'extension-values-well-formed',
  'go-name-constraint-other-kinds',
];

/**
 * Everything that keeps files from being used where they are to lie: what each reader of such a place asks of the place,
 * of the files, of the path and of each certificate. One broken Secret takes other hosts of the same gateway down.
 */
export function deliveryFindings(
  files: Partial<DestinationFiles>,
  terms: DeliveryTerms,
): { readonly findings: readonly Finding[]; readonly serialNumber: string | undefined } {
  const readers = READERS[terms.expected.target.destination.type];
  const delivery = deliveryCandidate(files, terms);
  const chain = delivery.chain ?? [];
  const path = withRoot(chain, terms.expected);
  const certificates = chain.flatMap((certificate, index) => {
    const candidate = certificateCandidate(certificate, {
      issuer: path[index + 1],
      // One that was issued by a right clock has begun, although ours is behind.
      now: laterOfBoth(terms.now, terms.clockOffset),
    });
    return findingsOf(rulesFor(certificateRules, readers), candidate);
  });
  const ofPath = pathCandidate(path, pathSignatures(path));
  const findings = [
    ...findingsOf(rulesFor(placeRules, readers), delivery),
    ...findingsOf(rulesFor(deliveryRules, readers), delivery),
    ...(chain.length === 0 ? [] : findingsOf(rulesFor(pathRules, readers), ofPath)),
    ...certificates,
  ];
  return { findings: findings.map(borne), serialNumber: chain[0]?.serialNumber };
}

function borne({ rule, detail }: Finding): Finding {
  return BORNE.includes(rule.id)
    ? { rule: { ...rule, severity: 'warning' }, detail }
    : { rule, detail };
}

/**
 * Stops before anything is issued where the place itself keeps whatever is written there from being used.
 *
 * @throws {PkiError} `request-refused`
 */
export function assertWritable(expected: Expectation, found: DestinationState, now: Date): void {
  if (found.kind === 'foreign') return;
  const obstacle = found.kind === 'present' ? found.obstacle : undefined;
  if (obstacle !== undefined) throw new PkiError('request-refused', obstacle);
  if (found.beside === undefined) return;
  const readers = READERS[expected.target.destination.type];
  const known = { serialNumber: serialNumberIn(found) };
  const place = placeCandidate({ expected, found, now }, known);
  assertNoError(findingsOf(rulesFor(placeRules, readers), place));
}

/**
 * Stops before anything is issued where what is issued now would begin later than the place's clock shows.
 *
 * @throws {PkiError} `request-refused`
 */
export function assertBegunThere(terms: DeliveryTerms): void {
  const { expected, now } = terms;
  const readers = READERS[expected.target.destination.type];
  const start = now.getTime() - durationSeconds(expected.profile.validity.backdate) * 1000;
  const begins = latestOf([new Date(start), ...expected.issuerPath.map(notBeforeOf)]);
  const place = placeCandidate(unlessOfNoUse(terms), { serialNumber: undefined, begins });
  assertNoError(findingsOf(rulesFor(placeRules, readers), place));
}

/**
 * Stops a write by one rule broken, in words that name the rule, what it prevents, and where it stands.
 *
 * @throws {PkiError} `request-refused`
 */
export function assertAccepted(files: DestinationFiles, terms: DeliveryTerms): void {
  assertNoError(deliveryFindings(files, unlessOfNoUse(terms)).findings);
}

/**
 * `terms` without the clock of a place that holds nothing of use, where ours is ahead: what begins in some minutes does
 * less harm there than nothing at all, which lasts until somebody sets the clock.
 */
function unlessOfNoUse(terms: DeliveryTerms): DeliveryTerms {
  const { clockOffset, found, now } = terms;
  if (!clockOffset || clockOffset.leastMs <= 0) return terms;
  return isOfUse(found, latestThere(now, clockOffset))
    ? terms
    : { ...terms, clockOffset: undefined };
}

/** Whether a place holds a pair that its clients take at `time`, whatever else is to be said of it. */
function isOfUse(found: DestinationState, time: Date): boolean {
  if (found.kind !== 'present') return false;
  const { 'tls.crt': chainPem = '', 'tls.key': keyPem = '' } = found.files;
  const leaf = readableChain(chainPem, [])?.leaf;
  const isPair = leaf && publicKeyOf(keyPem)?.equals(leaf.subjectPublicKeyInfo);
  return isPair === true && leaf.notBefore <= time && time <= leaf.notAfter;
}

function assertNoError(findings: readonly Finding[]): void {
  const errors = findings.filter(({ rule }) => rule.severity === 'error');
  if (errors.length > 0) throw new PkiError('request-refused', errors.map(wordsOf).join('; '));
}

function wordsOf({ rule, detail }: Finding): string {
  const prevented = Object.entries(rule.prevents ?? {}).map(([who, words]) => `${who}: "${words}"`);
  const spared = prevented.length === 0 ? '' : `, which prevents ${prevented.join(', ')}`;
  return `preflight ${rule.id}: ${detail}${spared} (${rule.source})`;
}

function deliveryCandidate(
  files: Partial<DestinationFiles>,
  terms: DeliveryTerms,
): DeliveryCandidate {
  const { expected, held, now } = terms;
  const { 'tls.crt': chainPem = '', 'tls.key': keyPem = '' } = files;
  const { issuerPath } = expected;
  const authorities = issuerPath.map(({ der }) => der);
  const read = readableChain(chainPem, authorities);
  // An authority of ours is the same object each time, of which much is known already.
  const decoded = (octets: Uint8Array) =>
    issuerPath.find(({ der }) => Buffer.compare(der, octets) === 0) ?? decodeCertificate(octets);
  const chain = read && [read.leaf, ...read.above.map(decoded)];
  const leaf = read?.leaf;
  const isHeld = leaf !== undefined && held?.serialNumber === leaf.serialNumber;
  const [issuer] = issuerPath;
  const path = withRoot(chain ?? [], expected);
  const isLast = leaf !== undefined && issuer !== undefined && leaf.notAfter >= issuer.notAfter;
  return {
    ...placeCandidate(
      { ...terms, clientAuthorities: files['ca.crt'] },
      { serialNumber: leaf?.serialNumber, begins: latestOf(path.map(notBeforeOf)) },
    ),
    role: leaf ? roleOf(leaf) : 'other',
    chain,
    keySubjectPublicKeyInfo: publicKeyOf(keyPem),
    pathFault: leaf && nodesFault(path, expected),
    names: expected.names,
    extKeyUsage: expected.profile.extKeyUsage,
    now,
    renewAt: isLast
      ? undefined
      : leaf && (isHeld ? held.until : rotationTimeOf(leaf, expected.target, now)),
    octets: Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}

function placeCandidate(
  terms: DeliveryTerms & { readonly clientAuthorities?: string | undefined },
  {
    serialNumber,
    begins,
  }: Pick<PlaceCandidate, 'serialNumber'> & { readonly begins?: Date | undefined },
): PlaceCandidate {
  const { expected, found, now, clockOffset } = terms;
  const beside = found.kind === 'foreign' ? undefined : found.beside;
  const wanted = expected.clientAuthorities && encodeCertificates(expected.clientAuthorities);
  return {
    role: roleOf({ isAuthority: false, extKeyUsage: expected.profile.extKeyUsage }),
    owner: found.kind === 'foreign' ? found.owner : undefined,
    obstacle: found.kind === 'present' ? found.obstacle : undefined,
    beside: beside?.entries ?? {},
    separateCa: beside?.separateCa,
    clientAuthorities: terms.clientAuthorities ?? wanted,
    serialNumber,
    at: now,
    begins,
    latestThere: clockOffset && latestThere(now, clockOffset),
  };
}

/** The path up to the root, which a file need not hold. */
function withRoot(
  chain: readonly DecodedCertificate[],
  { issuerPath }: Expectation,
): readonly DecodedCertificate[] {
  const root = issuerPath.at(-1);
  const last = chain.at(-1);
  if (!root || !last || Buffer.compare(last.der, root.der) === 0) return chain;
  return [...chain, root];
}

/** What Node’s reader, which is OpenSSL’s, has against a path, in words. */
function nodesFault(
  path: readonly DecodedCertificate[],
  { issuerPath }: Expectation,
): string | undefined {
  const root = issuerPath.at(-1);
  const last = path.at(-1);
  if (!root || !last || Buffer.compare(last.der, root.der) !== 0) {
    return 'does not end at the root of its authority';
  }
  const broken = path.findIndex((certificate, index) => {
    const issuer = path[index + 1] ?? certificate;
    const isIssued = opensslCertificate(certificate.der).checkIssued(
      opensslCertificate(issuer.der),
    );
    return !(isIssued && isSignedBy(certificate.der, issuer.subjectPublicKeyInfo));
  });
  return broken < 0 ? undefined : `certificate ${broken + 1} is not issued by the next`;
}

function notBeforeOf({ notBefore }: DecodedCertificate): Date {
  return notBefore;
}

function latestOf(times: readonly Date[]): Date | undefined {
  return times.toSorted((one, other) => other.getTime() - one.getTime())[0];
}

function serialNumberIn(found: DestinationState): string | undefined {
  if (found.kind !== 'present') return undefined;
  return readableChain(found.files['tls.crt'] ?? '', [])?.leaf.serialNumber;
}
