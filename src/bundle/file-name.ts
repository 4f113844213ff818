import { X509Certificate } from 'node:crypto';
import type { Subject, SubjectAltNames } from '../certificate.ts';

/** What is added to a certificate's name in each format, as certbot and Windows name such files. */
const ENDINGS = {
  pem: '.cert.pem',
  chain: '.chain.pem',
  fullchain: '.fullchain.pem',
  der: '.der',
  cer: '.cer',
  p7b: '.p7b',
  pfx: '.pfx',
} as const;

const AUTHORITY_ENDINGS = {
  pem: '.cert.pem',
  der: '.der',
  cer: '.cer',
  chain: '.ca-chain.cert.pem',
} as const;

/** File systems take 255 octets in all; the longest ending has 18. */
const MAX_NAME_CHARACTERS = 200;

/** A certificate as far as it gives a file its name. */
export interface NamedCertificate extends SubjectAltNames {
  readonly subject: Subject;
  readonly serialNumber: string;
}

/** The file name of a certificate's download: by its host, or by whatever else it certifies. */
export function fileNameOf(certificate: NamedCertificate, format: keyof typeof ENDINGS): string {
  const { dnsNames, subject, ipAddresses, emailAddresses, uris, serialNumber } = certificate;
  const names = [dnsNames[0], subject.commonName, ipAddresses[0], emailAddresses[0], uris[0]];
  return `${safeName(names.find(Boolean) ?? serialNumber)}${ENDINGS[format]}`;
}

/** The file name of an authority's own certificate, or of the path from it to its root. */
export function authorityFileNameOf(
  authorityName: string,
  format: keyof typeof AUTHORITY_ENDINGS,
): string {
  return `${safeName(authorityName)}${AUTHORITY_ENDINGS[format]}`;
}

/** The file name of a PFX around a certificate from elsewhere. */
export function foreignPfxFileNameOf(leaf: Uint8Array): string {
  const { subjectAltName = '', subject = '', serialNumber } = new X509Certificate(leaf);
  const [, name] = /(?:^|, )DNS:([^,]+)/.exec(subjectAltName) ?? /^CN=(.+)$/m.exec(subject) ?? [];
  return `${safeName(name ?? serialNumber.toLowerCase())}${ENDINGS.pfx}`;
}

/**
 * A name that is the same on every file system and in every shell and header: no separator, no space,
 * nothing hidden, nothing that looks like an option.
 */
function safeName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9.\-_]/gu, '_').replace(/^[.-]/, '_');
  return safe.slice(0, MAX_NAME_CHARACTERS);
}
