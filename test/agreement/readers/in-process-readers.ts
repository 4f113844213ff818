import 'reflect-metadata';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as PeculiarCertificate,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509';
import { keyAlgorithmOf } from '../../../src/x509/key.ts';
import { inSeconds } from './certificate-facts.ts';
import type { Account, Reader } from './reader.ts';
import { attributeOf, canonicalAddresses } from './tool-text.ts';

const NOT_SHOWN = 'X509Certificate has no member for it';

export const node: Reader = {
  name: 'Node X509Certificate',
  read: async (certificates) => certificates.map((der) => nodeAccount(new NodeCertificate(der))),
  silentOn: {
    subjectKeyIdentifier: NOT_SHOWN,
    authorityKeyIdentifier: NOT_SHOWN,
    pathLenConstraint: NOT_SHOWN,
    keyUsage: 'its keyUsage is the extKeyUsage',
  },
  writesOtherwise: {
    ipAddresses: {
      why: 'it shortens no run of zeros in an IPv6 address',
      alike: canonicalAddresses,
    },
  },
};

export const peculiar: Reader = {
  name: '@peculiar/x509',
  read: async (certificates) =>
    certificates.map((der) => peculiarAccount(new PeculiarCertificate(der.slice()))),
};

function nodeAccount(certificate: NodeCertificate): Account {
  const names = altNamesOf(certificate.subjectAltName ?? '');
  const ofKind = (kind: string) => names.flatMap((name) => (name[0] === kind ? [name[1]] : []));
  return {
    serialNumber: certificate.serialNumber.toLowerCase(),
    issuer: nodeAttributes(certificate.issuer),
    subject: nodeAttributes(certificate.subject),
    notBefore: inSeconds(certificate.validFromDate),
    notAfter: inSeconds(certificate.validToDate),
    dnsNames: ofKind('DNS'),
    ipAddresses: ofKind('IP Address'),
    emailAddresses: ofKind('email'),
    uris: ofKind('URI'),
    keyAlgorithm: keyAlgorithmOf(certificate.publicKey),
    isAuthority: certificate.ca,
    extKeyUsage: purposesOf(certificate),
  };
}

/** `undefined` where the extension is absent, of which the type says nothing. */
function purposesOf({ keyUsage }: { readonly keyUsage: readonly string[] | undefined }) {
  return keyUsage ?? [];
}

/** Lines such as `O=Dis\, Inc.`; Node has no text at all for an empty name. */
function nodeAttributes(name: string | undefined): string[] {
  const lines = name === undefined ? [] : name.split('\n');
  return lines.map((line) => {
    const equals = line.indexOf('=');
    return attributeOf(line.slice(0, equals), line.slice(equals + 1).replaceAll(/\\(.)/gsu, '$1'));
  });
}

/** `DNS:a.example, URI:"https://b.example/,"`: what holds a comma or a quote is JSON. */
function altNamesOf(text: string): [kind: string, value: string][] {
  return [...text.matchAll(/([^:]+):("(?:\\.|[^"\\])*"|[^,]*)(?:, |$)/gu)].map(
    ([, kind = '', value = '']) => [
      kind,
      value.startsWith('"') ? (JSON.parse(value) as string) : value,
    ],
  );
}

function peculiarAccount(certificate: PeculiarCertificate): Account {
  const basic = certificate.getExtension(BasicConstraintsExtension);
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  const ofKind = (kind: string) =>
    names.flatMap(({ type, value }) => (type === kind ? [value] : []));
  return {
    serialNumber: certificate.serialNumber,
    issuer: peculiarAttributes(certificate.issuerName.toJSON()),
    subject: peculiarAttributes(certificate.subjectName.toJSON()),
    notBefore: inSeconds(certificate.notBefore),
    notAfter: inSeconds(certificate.notAfter),
    dnsNames: ofKind('dns'),
    ipAddresses: ofKind('ip'),
    emailAddresses: ofKind('email'),
    uris: ofKind('url'),
    keyAlgorithm: peculiarKeyAlgorithm(certificate.publicKey.algorithm as KeyAlgorithmOfWeb),
    subjectKeyIdentifier: certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId ?? '',
    authorityKeyIdentifier: certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId ?? '',
    isAuthority: basic?.ca ?? false,
    pathLenConstraint: basic?.pathLength ?? null,
    keyUsage: flagsOf(certificate.getExtension(KeyUsagesExtension)?.usages ?? 0),
    extKeyUsage: [...(certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [])],
  };
}

/** Of WebCrypto's, whose types are the browser's. */
interface KeyAlgorithmOfWeb {
  readonly name: string;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
}

function peculiarKeyAlgorithm(algorithm: KeyAlgorithmOfWeb): string {
  const { name, namedCurve = '', modulusLength } = algorithm;
  if (name === 'ECDSA') return `ecdsa-${namedCurve.replace('-', '').toLowerCase()}`;
  return modulusLength === undefined ? name.toLowerCase() : `rsa-${modulusLength}`;
}

function peculiarAttributes(name: JsonName): string[] {
  return name.flatMap((rdn) =>
    Object.entries(rdn).flatMap(([type, values]) =>
      values.map((value) => attributeOf(type, value)),
    ),
  );
}

function flagsOf(usages: number): string[] {
  const names = Object.keys(KeyUsageFlags).filter((name) => Number.isNaN(Number(name)));
  const flag = (name: string) => KeyUsageFlags[name as keyof typeof KeyUsageFlags];
  return names.filter((name) => (usages & flag(name)) !== 0);
}
