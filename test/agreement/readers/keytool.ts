import { encodeCertificates } from '../../../src/x509/pem.ts';
import { outputOf } from './programs.ts';
import type { OtherWriting, Reader } from './reader.ts';
import { attributesFromText, instantFromText } from './tool-text.ts';

const IN_SENTENCES = 'printed for people, by the classes whose account is compared in full';

/** X500Name takes a value that begins and ends with a quotation mark for one that is quoted already. */
const QUOTED_ALREADY: OtherWriting = {
  why: 'the quotation marks around a whole value are lost',
  alike: (attributes) => attributes.map((one) => one.replace(/^([\d.]+)="(.*)"$/su, '$1=$2')),
};

export const keytool: Reader = {
  name: 'Java keytool',
  read: async (certificates) => {
    const text = await outputOf(
      'keytool',
      ['-printcert', '-J-Duser.language=en', '-J-Dfile.encoding=UTF-8'],
      encodeCertificates(certificates),
    );
    return text
      .split(/^Owner: ?/mu)
      .slice(1)
      .map(accountOf);
  },
  writesOtherwise: { issuer: QUOTED_ALREADY, subject: QUOTED_ALREADY },
  silentOn: {
    dnsNames: IN_SENTENCES,
    ipAddresses: IN_SENTENCES,
    emailAddresses: IN_SENTENCES,
    uris: IN_SENTENCES,
    subjectKeyIdentifier: IN_SENTENCES,
    authorityKeyIdentifier: IN_SENTENCES,
    isAuthority: IN_SENTENCES,
    pathLenConstraint: IN_SENTENCES,
    keyUsage: IN_SENTENCES,
    extKeyUsage: IN_SENTENCES,
  },
};

function accountOf(text: string) {
  const [owner = '', ...lines] = text.split('\n');
  const after = (prefix: string) =>
    lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? '';
  const [notBefore = '', notAfter = ''] = after('Valid from: ').split(' until: ');
  return {
    serialNumber: after('Serial number: '),
    issuer: attributesFromText(after('Issuer: ')),
    subject: attributesFromText(owner),
    notBefore: instantFromText(notBefore),
    notAfter: instantFromText(notAfter),
    keyAlgorithm: keyAlgorithmFrom(after('Subject Public Key Algorithm: ')),
  };
}

/** Words such as `256-bit EC (secp256r1) key`, `2048-bit RSA key` and `255-bit Ed25519 key`. */
function keyAlgorithmFrom(words: string): string {
  const [, bits = '', kind = ''] = /^(\d+)-bit (\w+)/.exec(words) ?? [];
  return (
    { RSA: `rsa-${bits}`, EC: `ecdsa-p${bits}`, Ed25519: 'ed25519' }[kind] ?? `unknown: ${words}`
  );
}
