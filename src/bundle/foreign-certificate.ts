import { type KeyObject, X509Certificate } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { decodePem, type PemBlock } from '../x509/pem.ts';
import { keyObstacle } from './key-obstacle.ts';

/** A certificate that somebody else has issued, with what its links are judged by. */
export interface ForeignCertificate {
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** As Node writes names; empty for an empty one, for which Node has no value. */
  readonly subject: string;
  readonly issuer: string;
  /** Whether it ends a path; a leaf may be so as well. */
  readonly isSelfSigned: boolean;
  /** What it is called in refusals and warnings, such as `certificate 2 ("CN=R12, O=…")`. */
  readonly label: string;
}

/** Real paths have two to five. Each pair may cost a signature's verification, half a second in all at worst. */
const MAX_CERTIFICATES = 20;

/** Room for twenty certificates with the remarks that `openssl s_client -showcerts` writes above each. */
const MAX_TEXT_CHARACTERS = 512 * 1024;

const MAX_NAME_CHARACTERS = 200;

/** Where in the request the certificates stand, and which keys are of use. */
export interface ForeignTerms {
  /** JSON Pointer. */
  readonly pointer: string;
  /** What stands against a key, as a sentence about a certificate without its subject. */
  readonly keyFault: (key: KeyObject) => string | undefined;
}

const FOR_A_PFX: ForeignTerms = {
  pointer: '/certificates',
  keyFault: (key) => {
    const obstacle = keyObstacle(key);
    return obstacle && `has a key that ${obstacle}`;
  },
};

/**
 * The certificates of a PEM text from elsewhere, in its order; one that is there twice counts once.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong and where
 */
export function parseCertificates(
  text: string,
  terms: ForeignTerms = FOR_A_PFX,
): readonly ForeignCertificate[] {
  const refuse: Refuse = (detail, cause) => malformed(terms, detail, cause);
  const blocks = certificateBlocks(text, refuse);
  return foreignCertificates(
    blocks.map(({ der }) => der),
    terms,
  );
}

/** The same of certificates in DER. */
export function foreignCertificates(
  certificates: readonly Uint8Array[],
  terms: ForeignTerms,
): readonly ForeignCertificate[] {
  if (certificates.length > MAX_CERTIFICATES) {
    throw malformed(terms, `there are more than ${MAX_CERTIFICATES} certificates`);
  }
  const seen = new Set<string>();
  return certificates.flatMap((der, index) => {
    const octets = Buffer.from(der);
    const base64 = octets.toString('base64');
    if (seen.has(base64)) return [];
    seen.add(base64);
    return [parseCertificate(octets, `certificate ${index + 1}`, terms)];
  });
}

/** A certificate with what its links are judged by; `name` is what its label begins with. */
export function describedCertificate(x509: X509Certificate, name: string): ForeignCertificate {
  const { subject = '', issuer = '', publicKey } = x509;
  const isSelfSigned = subject === issuer && x509.verify(publicKey);
  return {
    x509,
    publicKey,
    subject,
    issuer,
    isSelfSigned,
    label: `${name} (${quotedName(subject)})`,
  };
}

/**
 * A distinguished name as it is quoted to people: in one line, where Node gives each attribute its own
 * (with line feeds inside values escaped), and bounded, because it comes from outside.
 */
export function quotedName(name: string): string {
  const line = name.replaceAll('\n', ', ');
  return `"${line.length > MAX_NAME_CHARACTERS ? `${line.slice(0, MAX_NAME_CHARACTERS)}…` : line}"`;
}

type Refuse = (detail: string, cause?: unknown) => PkiError;

function certificateBlocks(text: string, refuse: Refuse): readonly PemBlock[] {
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw refuse(`the certificates have at most ${MAX_TEXT_CHARACTERS} characters`);
  }
  if (text.includes('PRIVATE KEY-----')) {
    throw refuse('there is a private key among the certificates, where none belongs');
  }
  const blocks = decodedBlocks(text, refuse);
  if (blocks.length === 0) throw refuse('there is no PEM certificate');
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (other) throw refuse(`a PEM block "${other.label}" is not a certificate`);
  return blocks;
}

function decodedBlocks(text: string, refuse: Refuse): readonly PemBlock[] {
  try {
    return decodePem(text);
  } catch (cause) {
    throw refuse('a PEM block is cut off or is not Base64', cause);
  }
}

function parseCertificate(der: Buffer, position: string, terms: ForeignTerms): ForeignCertificate {
  try {
    const x509 = new X509Certificate(der);
    // OpenSSL passes over octets behind the certificate, and reads PEM where DER is expected.
    if (!x509.raw.equals(der)) throw malformed(terms, `${position} is not exactly one DER value`);
    // OpenSSL reads a certificate whose dates are none; Node's Date is then any instant at all.
    const hasDates = [x509.validFrom, x509.validTo].every(
      (text) => !Number.isNaN(Date.parse(text)),
    );
    if (!hasDates) throw malformed(terms, `${position} has no valid dates`);
    const { publicKey } = x509;
    const fault = terms.keyFault(publicKey);
    if (fault !== undefined) throw malformed(terms, `${position}: ${fault}`);
    return describedCertificate(x509, position);
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw malformed(terms, `${position} cannot be read`, error);
  }
}

function malformed({ pointer }: ForeignTerms, detail: string, cause?: unknown): PkiError {
  const violations = [{ pointer, detail }];
  return new PkiError('request-malformed', detail, { cause, violations });
}
