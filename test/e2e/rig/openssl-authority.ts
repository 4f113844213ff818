import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key that somebody else made: PEM text, and the files that hold it. */
export interface ForeignCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
}

/** What openssl is asked to make. */
export interface ForeignRequest {
  /** The files' name, and the subject's CN where `commonName` is absent. */
  readonly name: string;
  readonly commonName?: string;
  readonly issuer?: ForeignCertificate;
  /** X.509v3 extensions in openssl's own words. */
  readonly extensions: readonly string[];
}

/** Extensions of an authority. */
export const authorityExtensions = [
  'basicConstraints=critical,CA:TRUE',
  'keyUsage=critical,keyCertSign,cRLSign',
];

/** Extensions of a server's leaf for `host`. */
export function serverExtensions(host: string): readonly string[] {
  return leafExtensions('serverAuth', host);
}

/** Extensions of a client's leaf. */
export function clientExtensions(name: string): readonly string[] {
  return leafExtensions('clientAuth', name);
}

/** Makes a certificate without the service: by openssl, as its users do it today. */
export function makeForeign(folder: string, request: ForeignRequest): ForeignCertificate {
  const { name, commonName = name, issuer, extensions } = request;
  const certificateFile = join(folder, `${name}.crt`);
  const privateKeyFile = join(folder, `${name}.key`);
  const issuedBy =
    issuer === undefined ? [] : ['-CA', issuer.certificateFile, '-CAkey', issuer.privateKeyFile];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', `/CN=${commonName}`, '-days', '2', '-config', '/dev/null'],
      ...['-out', certificateFile, '-keyout', privateKeyFile],
      ...issuedBy,
      ...extensions.flatMap((extension) => ['-addext', extension]),
    ],
    { stdio: 'pipe' },
  );
  const certificate = readFileSync(certificateFile, 'utf8');
  return {
    certificate,
    privateKey: readFileSync(privateKeyFile, 'utf8'),
    certificateFile,
    privateKeyFile,
    serialNumber: new X509Certificate(certificate).serialNumber.toLowerCase(),
  };
}

function leafExtensions(extKeyUsage: string, name: string): readonly string[] {
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    `extendedKeyUsage=${extKeyUsage}`,
    `subjectAltName=DNS:${name}`,
  ];
}
