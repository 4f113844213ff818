import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { decodePem } from '../x509/pem.ts';

/** A certificate that both of our readers understand, as Envoy's would have to. */
export interface ReadableCertificate extends DecodedCertificate {
  readonly publicKey: KeyObject;
  /** Whether the certificate is signed by the owner of this key. */
  readonly isSignedBy: (issuerKey: KeyObject) => boolean;
}

/** No path of ours is half as long, and each certificate costs time on every pass. */
const MAX_CERTIFICATES = 32;

/** The certificates of a PEM text; `undefined` where one cannot be read or there is none. */
export function readableCertificates(pem: string): readonly ReadableCertificate[] | undefined {
  try {
    const blocks = decodePem(pem);
    if (blocks.length === 0 || blocks.length > MAX_CERTIFICATES) return undefined;
    if (blocks.some(({ label }) => label !== 'CERTIFICATE')) return undefined;
    return blocks.map(({ der }) => readableCertificate(der));
  } catch {
    // Whatever is wrong with it, the answer is the same: it cannot be used and is replaced.
    return undefined;
  }
}

/**
 * The SubjectPublicKeyInfo of the one private key in a PEM text; `undefined` where it cannot be read,
 * or where there is another, since consumers may take either.
 */
export function publicKeyOf(pem: string): Buffer | undefined {
  try {
    const keys = decodePem(pem).filter(({ label }) => label.endsWith('PRIVATE KEY'));
    if (keys.length !== 1) return undefined;
    return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' });
  } catch {
    // As above: an unreadable key is replaced.
    return undefined;
  }
}

function readableCertificate(der: Uint8Array): ReadableCertificate {
  const x509 = new X509Certificate(der);
  const { publicKey } = x509;
  return { ...decodeCertificate(der), publicKey, isSignedBy: (key) => isSignedBy(x509, key) };
}

/** A signature of an unknown algorithm is an error to OpenSSL, and to us not the issuer's. */
function isSignedBy(certificate: X509Certificate, issuerKey: KeyObject): boolean {
  try {
    return certificate.verify(issuerKey);
  } catch {
    return false;
  }
}
