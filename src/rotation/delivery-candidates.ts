import { roleOf } from '../preflight/candidate.ts';
import type { DeliveryCandidate, PlaceCandidate } from '../preflight/delivery-candidate.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { opensslCertificate } from '../x509/openssl-certificate.ts';
import { encodeCertificates } from '../x509/pem.ts';
import { isSignedBy } from '../x509/signed-by.ts';
import { type ClockOffset, latestThere } from './clock-offset.ts';
import type { DestinationFiles, DestinationState } from './destination.ts';
import { publicKeyOf, readableChain } from './readable-files.ts';
import type { Expectation } from './reasons.ts';
import type { HeldCertificate } from './rotation-record.ts';
import { rotationTimeOf } from './schedule/rotation-time.ts';

/** What a preflight of a target needs to know besides its files. */
export interface DeliveryTerms {
  readonly expected: Expectation;
  readonly found: DestinationState;
  readonly held?: HeldCertificate | undefined;
  readonly now: Date;
  /** Absent where the place has no clock of its own, or nothing is known of it. */
  readonly clockOffset?: ClockOffset | undefined;
}

/** What `files` would be where they are to lie, or are where they lie. */
export function deliveryCandidate(
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
    clientCa: { present: files['ca.crt'], wanted: clientCaOf(expected) },
    octets: Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}

/** What is to be judged of the place, whatever is written there. */
export function placeCandidate(
  terms: DeliveryTerms & { readonly clientAuthorities?: string | undefined },
  {
    serialNumber,
    begins,
  }: Pick<PlaceCandidate, 'serialNumber'> & { readonly begins?: Date | undefined },
): PlaceCandidate {
  const { expected, found, now, clockOffset } = terms;
  const beside = found.kind === 'foreign' ? undefined : found.beside;
  return {
    role: roleOf({ isAuthority: false, extKeyUsage: expected.profile.extKeyUsage }),
    owner: found.kind === 'foreign' ? found.owner : undefined,
    obstacle: found.kind === 'present' ? found.obstacle : undefined,
    beside: beside?.entries ?? {},
    separateCa: beside?.separateCa,
    clientAuthorities: terms.clientAuthorities ?? clientCaOf(expected),
    serialNumber,
    at: now,
    begins,
    latestThere: clockOffset && latestThere(now, clockOffset),
  };
}

/** The path up to the root, which a file need not hold. */
export function withRoot(
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

/** The latest of `times`, where there are any. */
export function latestOf(times: readonly Date[]): Date | undefined {
  return times.toSorted((one, other) => other.getTime() - one.getTime())[0];
}

export function notBeforeOf({ notBefore }: DecodedCertificate): Date {
  return notBefore;
}

function clientCaOf({ clientAuthorities }: Expectation): string | undefined {
  return clientAuthorities && encodeCertificates(clientAuthorities);
}
