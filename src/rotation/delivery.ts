import { PkiError } from '../errors.ts';
import { hasEnded } from '../has-ended.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { certificateCandidate, pathCandidate } from '../preflight/candidate.ts';
import { pathSignatures } from '../preflight/path-signatures.ts';
import { type Consumer, type Finding, findingsOf, rulesFor } from '../preflight/rule.ts';
import { certificateRules, deliveryRules, pathRules, placeRules } from '../preflight/rules.ts';
import { laterOfBoth, latestThere } from './clock-offset.ts';
import {
  type DeliveryTerms,
  deliveryCandidate,
  latestOf,
  notBeforeOf,
  placeCandidate,
  withRoot,
} from './delivery-candidates.ts';
import type { DestinationFiles, DestinationState } from './destination.ts';
import { publicKeyOf, readableChain } from './readable-files.ts';
import type { Expectation } from './reasons.ts';
import type { Destination } from './target.ts';

/** Who reads each kind of destination; `rfc5280` stands for whatever else there is. */
const READERS: Readonly<Record<Destination['type'], readonly Consumer[]>> = {
  kubernetesSecret: ['rfc5280', 'envoy', 'istio'],
  directory: ['rfc5280', 'envoy'],
  sds: ['rfc5280', 'envoy'],
};

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
  const ofCertificates = chain.flatMap((certificate, index) => {
    const candidate = certificateCandidate(certificate, {
      issuer: path[index + 1],
      // One that was issued by a right clock has begun, although ours is behind.
      now: laterOfBoth(terms.now, terms.clockOffset),
    });
    const ofOne = findingsOf(rulesFor(certificateRules, readers), candidate);
    return index === 0 ? ofOne : ofOne.map(unlessInherited);
  });
  const ofPath = pathCandidate(path, pathSignatures(path));
  const findings = [
    ...findingsOf(rulesFor(placeRules, readers), delivery),
    ...findingsOf(rulesFor(deliveryRules, readers), delivery),
    ...(chain.length === 0
      ? []
      : findingsOf(rulesFor(pathRules, readers), ofPath).map(unlessInherited)),
    ...ofCertificates,
  ];
  return { findings, serialNumber: chain[0]?.serialNumber };
}

/** What nobody here can mend must not bring a certificate to its end in the place where it worked. */
function unlessInherited({ rule, detail }: Finding): Finding {
  return { rule: rule.isInherited ? { ...rule, severity: 'warning' } : rule, detail };
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
  return isPair === true && leaf.notBefore <= time && !hasEnded(leaf, time);
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

function serialNumberIn(found: DestinationState): string | undefined {
  if (found.kind !== 'present') return undefined;
  return readableChain(found.files['tls.crt'] ?? '', [])?.leaf.serialNumber;
}
