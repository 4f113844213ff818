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

/**
 * The certificates of a PEM text from elsewhere, in its order; one that is there twice counts once.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong at `/certificates`
 */
export function parseCertificates(text: string): readonly ForeignCertificate[] {
  const blocks = certificateBlocks(text);
  const seen = new Set<string>();
  return blocks.flatMap(({ der }, index) => {
    const octets = der.toString('base64');
    if (seen.has(octets)) return [];
    seen.add(octets);
    return [parseCertificate(der, `certificate ${index + 1}`)];
  });
}

/**
 * A distinguished name as it is quoted to people: in one line, where Node gives each attribute its own
 * (with line feeds inside values escaped), and bounded, because it comes from outside.
 */
export function quotedName(name: string): string {
  const line = name.replaceAll('\n', ', ');
  return `"${line.length > MAX_NAME_CHARACTERS ? `${line.slice(0, MAX_NAME_CHARACTERS)}…` : line}"`;
}

function certificateBlocks(text: string): readonly PemBlock[] {
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw malformed(`the certificates have at most ${MAX_TEXT_CHARACTERS} characters`);
  }
  if (text.includes('PRIVATE KEY-----')) {
    throw malformed('there is a private key among the certificates; it belongs in privateKey');
  }
  const blocks = decodedBlocks(text);
  if (blocks.length === 0) throw malformed('there is no PEM certificate');
  if (blocks.length > MAX_CERTIFICATES) {
    throw malformed(`there are more than ${MAX_CERTIFICATES} certificates`);
  }
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (other) throw malformed(`a PEM block "${other.label}" is not a certificate`);
  return blocks;
}

function decodedBlocks(text: string): readonly PemBlock[] {
  try {
    return decodePem(text);
  } catch (cause) {
    throw malformed('a PEM block is cut off or is not Base64', cause);
  }
}

function parseCertificate(der: Buffer, position: string): ForeignCertificate {
  try {
    const x509 = new X509Certificate(der);
    // OpenSSL passes over octets behind the certificate, and reads PEM where DER is expected.
    if (!x509.raw.equals(der)) throw malformed(`${position} is not exactly one DER value`);
    // OpenSSL reads a certificate whose dates are none; Node's Date is then any instant at all.
    const hasDates = [x509.validFrom, x509.validTo].every(
      (text) => !Number.isNaN(Date.parse(text)),
    );
    if (!hasDates) throw malformed(`${position} has no valid dates`);
    const { publicKey } = x509;
    const obstacle = keyObstacle(publicKey);
    if (obstacle) throw malformed(`the key of ${position} ${obstacle}`);
    const { subject = '', issuer = '' } = x509;
    const isSelfSigned = subject === issuer && x509.verify(publicKey);
    const label = `${position} (${quotedName(subject)})`;
    return { x509, publicKey, subject, issuer, isSelfSigned, label };
  } catch (error) {
    if (error instanceof PkiError) throw error;
    throw malformed(`${position} cannot be read`, error);
  }
}

function malformed(detail: string, cause?: unknown): PkiError {
  return new PkiError('request-malformed', detail, {
    cause,
    violations: [{ pointer: '/certificates', detail }],
  });
}
