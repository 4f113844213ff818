import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { DerReader, readDer } from '../../../src/x509/der-reader.ts';
import { TAG } from '../../../src/x509/der-tags.ts';
import { judgePublicKey } from '../../../src/x509/public-key-fault.ts';
import { readSubjectPublicKeyInfo } from '../../../src/x509/subject-public-key-info.ts';

/** What a certificate says, in the one form in which every reader's account of it is compared. */
export interface CertificateFacts {
  /** Lower-case hexadecimal, without leading zeros. */
  readonly serialNumber: string;
  /** Attributes in their order, such as `2.5.4.3=text`. */
  readonly issuer: readonly string[];
  readonly subject: readonly string[];
  /** RFC 3339, in whole seconds. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** In the words of `KEY_ALGORITHMS`. */
  readonly keyAlgorithm: string;
  /** Hexadecimal; empty where the extension is absent. */
  readonly subjectKeyIdentifier: string;
  readonly authorityKeyIdentifier: string;
  readonly isAuthority: boolean;
  readonly pathLenConstraint: number | null;
  /** In the order of the bits (RFC 5280 §4.2.1.3). */
  readonly keyUsage: readonly string[];
  readonly extKeyUsage: readonly string[];
}

/** What our own strict reader makes of a certificate. */
export function ourFacts(der: Uint8Array): CertificateFacts {
  const certificate = decodeCertificate(der);
  return {
    serialNumber: certificate.serialNumber,
    issuer: attributesOf(certificate.issuerName),
    subject: attributesOf(certificate.subjectName),
    notBefore: inSeconds(certificate.notBefore),
    notAfter: inSeconds(certificate.notAfter),
    dnsNames: certificate.names.dnsNames,
    ipAddresses: certificate.names.ipAddresses,
    emailAddresses: certificate.names.emailAddresses,
    uris: certificate.names.uris,
    keyAlgorithm: keyAlgorithmIn(certificate.subjectPublicKeyInfo),
    subjectKeyIdentifier: certificate.subjectKeyIdentifier,
    authorityKeyIdentifier: certificate.authorityKeyIdentifier,
    isAuthority: certificate.isAuthority,
    pathLenConstraint: certificate.pathLenConstraint ?? null,
    keyUsage: certificate.keyUsage,
    extKeyUsage: certificate.extKeyUsage,
  };
}

function keyAlgorithmIn(subjectPublicKeyInfo: Uint8Array): string {
  const judged = judgePublicKey(readDer(subjectPublicKeyInfo, readSubjectPublicKeyInfo));
  return 'fault' in judged ? judged.fault : judged.keyAlgorithm;
}

/** RFC 3339 without a fraction, which no certificate holds. */
export function inSeconds(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** The attributes of a Name (RFC 5280 §4.1.2.4) of UTF8Strings and PrintableStrings. */
function attributesOf(name: Uint8Array): string[] {
  const rdns = new DerReader(name).sequence();
  const attributes: string[] = [];
  while (!rdns.isAtEnd) {
    const [attribute = ''] = rdns.setOf((members) => {
      const pair = members.sequence();
      const type = pair.oid();
      const text = pair.content(pair.isNext(TAG.utf8String) ? TAG.utf8String : TAG.printableString);
      return `${type}=${Buffer.from(text).toString('utf8')}`;
    });
    attributes.push(attribute);
  }
  return attributes;
}
