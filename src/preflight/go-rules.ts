import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { decodeSubject } from '../x509/decode-subject.ts';
import { readDer } from '../x509/der-reader.ts';
import { TAG } from '../x509/der-tags.ts';
import { kindOfSignature } from '../x509/read-signature-scheme.ts';
import type { Hash } from '../x509/signature-scheme.ts';
import { weakHashOf } from '../x509/weak-hash.ts';
import { type CertificateCandidate, isSelfIssued, type PathCandidate } from './candidate.ts';
import { goUriFault } from './go-uri.ts';
import { firstIssuer, labelAt } from './path-step.ts';
import { faultsIn, quoted } from './quoted.ts';
import { readable } from './read-entries.ts';
import type { Consumer, Rule } from './rule.ts';

const ONLY: readonly Consumer[] = ['go'];
const HASH_OCTETS: Readonly<Record<Hash, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** The string types of which it makes text. */
const STRING_TYPES: readonly number[] = [
  TAG.utf8String,
  TAG.printableString,
  TAG.teletexString,
  TAG.bmpString,
  TAG.ia5String,
  TAG.numericString,
];

/** What Go’s crypto/x509 reads and verifies, and what it does not. */
export const goRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'go-signature-algorithm',
    severity: 'error',
    consumers: ONLY,
    part: 'certificate',
    requirement:
      'A certificate is signed by ECDSA or RSA over SHA-256, SHA-384 or SHA-512, by RSASSA-PSS with a salt as long as the hash, or by Ed25519.',
    source: 'Go crypto/x509 (getSignatureAlgorithmFromAI)',
    prevents: { go: 'x509: cannot verify signature: algorithm unimplemented' },
    faultOf: (candidate) =>
      // Nobody verifies what a root has signed of itself, and a weak hash breaks a rule of its own.
      candidate.isSelfIssued || weakHashOf(candidate.certificate.signatureAlgorithm) !== undefined
        ? undefined
        : signatureFault(candidate),
  },
  {
    id: 'go-uri-form',
    severity: 'error',
    consumers: ONLY,
    part: 'subjectAltName',
    requirement: 'A URI can be parsed by net/url, and its host is labels between dots.',
    source: 'Go crypto/x509 (parseSANExtension); net/url (Parse)',
    prevents: { go: 'x509: cannot parse URI' },
    faultOf: ({ values: { names } }) =>
      faultsIn(names.uris, (uri) => {
        const fault = goUriFault(uri);
        return fault === undefined ? undefined : `${quoted(uri)} ${fault}`;
      }),
  },
  {
    id: 'go-string-types',
    severity: 'error',
    consumers: ONLY,
    part: 'subject',
    requirement:
      'The attributes of subject and issuer are texts, and none of them a UniversalString.',
    source: 'Go crypto/x509 (parseASN1String)',
    prevents: { go: 'x509: invalid RDNSequence: invalid attribute value: unsupported string type' },
    faultOf: ({ subject, certificate: { issuerName } }) => {
      const attributes = [...subject.attributes, ...decodeSubject(issuerName).attributes];
      return faultsIn(attributes, ({ type, tag }) =>
        STRING_TYPES.includes(tag) ? undefined : `${type} is of a type that it does not read`,
      );
    },
  },
];

/** What Go asks of paths. */
export const goPathRules: readonly Rule<PathCandidate>[] = [
  {
    id: 'go-path-length',
    severity: 'error',
    consumers: ONLY,
    part: 'certificate',
    requirement:
      'No more authorities follow one than its pathLenConstraint allows, those among them that are their own issuers.',
    source: 'Go crypto/x509 (Certificate.isValid)',
    prevents: { go: 'x509: too many intermediates for path length constraint' },
    faultOf: (path) => {
      const { certificates } = path;
      const first = firstIssuer(path) - 1;
      // Without any that is its own issuer, the standard counts as Go does.
      const between = certificates.slice(first, -1);
      if (!between.some((authority) => isSelfIssued(authority))) return undefined;
      const index = certificates.findIndex(
        ({ pathLenConstraint }, place) =>
          pathLenConstraint !== undefined && place - first > pathLenConstraint,
      );
      const allowed = certificates[index]?.pathLenConstraint;
      return allowed === undefined
        ? undefined
        : `${labelAt(path, index)} allows ${allowed} authorities below it, and has ${index - first}`;
    },
  },
];

function signatureFault({
  certificate: { signatureAlgorithm },
}: CertificateCandidate): string | undefined {
  const { id, parameters } = readDer(signatureAlgorithm, readAlgorithmIdentifier);
  const kind = readable(() => kindOfSignature({ id, parameters }));
  if (kind === undefined) return `is signed by the algorithm ${id}, of which Go knows nothing`;
  const { hash, saltLength } = kind;
  return hash === null || saltLength === undefined || saltLength === HASH_OCTETS[hash]
    ? undefined
    : `is signed by RSASSA-PSS with a salt of ${saltLength} octets beside a hash of ${HASH_OCTETS[hash]}`;
}
