import { encodeCertificates } from '../../../src/x509/pem.ts';
import { outputOf } from './programs.ts';
import type { Account, OtherWriting, Reader } from './reader.ts';
import { attributesFromText, instantFromText } from './tool-text.ts';

/** GnuTLS' words for the bits of keyUsage and for purposes. */
const KEY_USAGES: Readonly<Record<string, string>> = {
  'Digital signature.': 'digitalSignature',
  'Key encipherment.': 'keyEncipherment',
  'Certificate signing.': 'keyCertSign',
  'CRL signing.': 'cRLSign',
};
const PURPOSES: Readonly<Record<string, string>> = {
  'TLS WWW Server.': '1.3.6.1.5.5.7.3.1',
  'TLS WWW Client.': '1.3.6.1.5.5.7.3.2',
  'OCSP signing.': '1.3.6.1.5.5.7.3.9',
};
const NAME_KINDS = {
  dnsNames: 'DNSname',
  ipAddresses: 'IPAddress',
  emailAddresses: 'RFC822Name',
  uris: 'URI',
} as const;

const IN_UNICODE_TOO: OtherWriting = {
  why: 'behind a host with Punycode it writes the name in Unicode, in parentheses',
  alike: (names) => names.map((name) => name.replace(/ \(.*\)$/u, '')),
};

export const certtool: Reader = {
  name: 'GnuTLS certtool',
  read: async (certificates) => {
    const text = await outputOf('certtool', ['-i'], encodeCertificates(certificates));
    return text.split('X.509 Certificate Information:\n').slice(1).map(accountOf);
  },
  writesOtherwise: {
    dnsNames: IN_UNICODE_TOO,
    emailAddresses: IN_UNICODE_TOO,
  },
};

function accountOf(text: string): Account {
  const extensions = extensionsOf(text);
  const basic = extensions.get('Basic Constraints') ?? [];
  const pathLength = valuesOf(basic, 'Path Length Constraint')[0];
  const names = extensions.get('Subject Alternative Name') ?? [];
  const ofKind = (kind: keyof typeof NAME_KINDS) => valuesOf(names, NAME_KINDS[kind]);
  return {
    serialNumber: fieldOf(text, 'Serial Number (hex)'),
    issuer: attributesFromText(fieldOf(text, 'Issuer')),
    subject: attributesFromText(fieldOf(text, 'Subject')),
    notBefore: instantFromText(fieldOf(text, 'Not Before')),
    notAfter: instantFromText(fieldOf(text, 'Not After')),
    dnsNames: ofKind('dnsNames'),
    ipAddresses: ofKind('ipAddresses'),
    emailAddresses: ofKind('emailAddresses'),
    uris: ofKind('uris'),
    keyAlgorithm: keyAlgorithmOf(text),
    subjectKeyIdentifier: extensions.get('Subject Key Identifier')?.[0] ?? '',
    authorityKeyIdentifier: extensions.get('Authority Key Identifier')?.[0] ?? '',
    isAuthority: basic.includes('Certificate Authority (CA): TRUE'),
    pathLenConstraint: pathLength === undefined ? null : Number(pathLength),
    keyUsage: (extensions.get('Key Usage') ?? []).map((usage) => KEY_USAGES[usage] ?? usage),
    extKeyUsage: (extensions.get('Key Purpose') ?? []).map((usage) => PURPOSES[usage] ?? usage),
  };
}

/** The algorithm of the key, and below it a curve or the length of a modulus. */
function keyAlgorithmOf(text: string): string {
  const bits = /Modulus \(bits (\d+)\)/.exec(text)?.[1];
  const curve = /^\t\tCurve:\t(\S+)$/mu.exec(text)?.[1] ?? '';
  return bits === undefined
    ? curve.toLowerCase().replace(/^secp(\d+)r1$/, 'ecdsa-p$1')
    : `rsa-${bits}`;
}

/** What follows `name:` on the first line that begins so; empty for an empty name. */
function fieldOf(text: string, name: string): string {
  const start = text.indexOf(`\t${name}:`);
  return text.slice(start + name.length + 2, text.indexOf('\n', start)).replace(/^ /, '');
}

/** The lines below each extension's title, with what is indented further left out. */
function extensionsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const extensions = new Map<string, string[]>();
  let lines: string[] = [];
  for (const [, title, line] of text.matchAll(
    /^\t\t(?:(\S.*) \((?:not )?critical\):|\t(\S.*))$/gmu,
  )) {
    if (title === undefined) lines.push(line ?? '');
    else {
      lines = [];
      extensions.set(title, lines);
    }
  }
  return extensions;
}

function valuesOf(lines: readonly string[], kind: string): readonly string[] {
  return lines.flatMap((line) =>
    line.startsWith(`${kind}: `) ? [line.slice(kind.length + 2)] : [],
  );
}
