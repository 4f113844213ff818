import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Validity } from '../../../src/certificate.ts';
import { durationSeconds } from '../../../src/issuance/duration.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { validityAt } from '../../../src/issuance/validity.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { encodeName } from '../../../src/x509/distinguished-name.ts';
import { subjectKeyIdentifierOf, subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import { SERVER_AUTH } from '../../../src/x509/oids.ts';
import { signingSchemeOf } from '../../../src/x509/signature-scheme.ts';
import {
  encodeCertificate,
  encodeTbsCertificate,
  encodeTemplate,
} from '../../../src/x509/tbs-certificate.ts';

import type { TestIssuing } from './rotation-world.ts';

const { identifier: SIGNATURE_ALGORITHM } = signingSchemeOf('ecdsa-p256');
const issuerKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const subjectKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** A root that certifies one and the same key again and again, judging nothing, thousands of times a second. */
export function cheapIssuing(now: () => Date): TestIssuing {
  const validity = {
    notBefore: now(),
    notAfter: new Date(now().getTime() + 10 * 365 * 86_400_000),
  };
  const root = decodeCertificate(certificateFor([], { ...validity, isAuthority: true }));
  return {
    pathOf: async () => [root],
    leafProfileOf: new Profiles().leafProfileOf,
    issue: async (request) => {
      const { dnsNames = [], validity: text = '30d' } = request;
      const issuedAt = now();
      const period = validityAt({
        now: issuedAt,
        validitySeconds: durationSeconds(text),
        backdateSeconds: 300,
        maximumSeconds: undefined,
        issuerNotBefore: undefined,
      });
      const serialNumber = newSerialNumber();
      const der = certificateFor(dnsNames, { ...period, isAuthority: false, serialNumber });
      const names = { dnsNames, ipAddresses: [], emailAddresses: [], uris: [] };
      const certificate = { ...period, ...names, issuedAt, serialNumber, der, ...REST };
      return { certificate, privateKey: subjectKeys.privateKey };
    },
  };
}

const REST = {
  authority: 'issuing',
  profile: 'server',
  subject: {},
  fingerprintSha256: '',
  warnings: [],
} as const;

function newSerialNumber(): string {
  return `4${randomBytes(16).toString('hex').slice(1)}`;
}

function certificateFor(
  dnsNames: readonly string[],
  about: Validity & { readonly isAuthority: boolean; readonly serialNumber?: string },
): Buffer {
  const { publicKey } = about.isAuthority ? issuerKeys : subjectKeys;
  const subjectPublicKeyInfo = subjectPublicKeyInfoOf(publicKey);
  const issuer = encodeName({ commonName: 'Cheap' });
  const template = encodeTemplate({
    isAuthority: about.isAuthority,
    signatureAlgorithm: SIGNATURE_ALGORITHM,
    issuer,
    authorityKeyIdentifier: subjectKeyIdentifierOf(subjectPublicKeyInfoOf(issuerKeys.publicKey)),
    keyUsage: about.isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'],
    extKeyUsage: about.isAuthority ? [] : [SERVER_AUTH],
    caIssuers: [],
    ocsp: [],
    crlDistributionPoints: [],
    extraExtensions: [],
  });
  const tbsCertificate = encodeTbsCertificate(template, {
    serialNumber: newSerialNumber(),
    ...about,
    dnsNames,
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    subject: about.isAuthority ? issuer : encodeName({ commonName: dnsNames[0] ?? '' }),
    subjectPublicKeyInfo,
    subjectKeyIdentifier: subjectKeyIdentifierOf(subjectPublicKeyInfo),
  });
  const signature = sign('sha256', tbsCertificate, issuerKeys.privateKey);
  return encodeCertificate(tbsCertificate, SIGNATURE_ALGORITHM, signature);
}
