import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  CRL_DISTRIBUTION_POINTS,
  describeOid,
  FRESHEST_CRL,
  P256,
  P384,
  P521,
  SUBJECT_DIRECTORY_ATTRIBUTES,
  SUBJECT_INFO_ACCESS,
  SUBJECT_KEY_IDENTIFIER,
} from '../x509/oids.ts';
import type { CertificateCandidate } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import { faultsIn } from './quoted.ts';
import type { Consumer, Rule } from './rule.ts';

const ONLY: readonly Consumer[] = ['java'];
const CURVES = [P256, P384, P521];
const MIN_RSA_EXPONENT = 3n;

/** Extensions of RFC 5280 that no part of its path validation claims to have processed. */
const UNPROCESSED = [
  AUTHORITY_KEY_IDENTIFIER,
  SUBJECT_KEY_IDENTIFIER,
  SUBJECT_DIRECTORY_ATTRIBUTES,
  CRL_DISTRIBUTION_POINTS,
  FRESHEST_CRL,
  AUTHORITY_INFO_ACCESS,
  SUBJECT_INFO_ACCESS,
];

/** What Java’s path validation and trust managers ask beyond RFC 5280. */
export const javaRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'java-digital-signature',
    severity: 'error',
    consumers: ONLY,
    roles: ['server', 'client'],
    part: 'certificate',
    requirement:
      'A keyUsage has digitalSignature; a server’s with an RSA key may have keyEncipherment alone, for TLS 1.2.',
    source: 'JDK sun.security.validator.EndEntityChecker (checkTLSServer, checkTLSClient)',
    prevents: { java: 'KeyUsage does not allow digital signatures' },
    faultOf: ({ role, key, values: { keyUsage } }) => {
      if (keyUsage.length === 0 || keyUsage.includes('digitalSignature')) return undefined;
      const isTransport = role === 'server' && key.kind === 'rsa';
      return isTransport && keyUsage.includes('keyEncipherment')
        ? undefined
        : `has a keyUsage without digitalSignature beside ${describeKey(key)}`;
    },
  },
  {
    id: 'java-critical-extensions',
    severity: 'error',
    consumers: ONLY,
    part: 'certificate',
    requirement:
      'Key identifiers, addresses and directory attributes are not critical below the root, and no cRLDistributionPoints are.',
    source: 'JDK sun.security.provider.certpath.PKIXMasterCertPathValidator',
    prevents: { java: 'unrecognized critical extension(s)' },
    faultOf: ({ isSelfIssued, certificate: { criticalExtensions } }) =>
      isSelfIssued
        ? undefined
        : faultsIn(criticalExtensions, (id) =>
            UNPROCESSED.includes(id) ? `${describeOid(id)} is critical` : undefined,
          ),
  },
  {
    id: 'java-issuer-curve',
    severity: 'error',
    consumers: ONLY,
    roles: ['authority'],
    part: 'publicKey',
    requirement: 'An authority’s EC key is on P-256, P-384 or P-521: Java verifies with no other.',
    source: 'JDK-8235710 (removal of legacy elliptic curves, Java 16)',
    prevents: { java: 'signature check failed' },
    faultOf: ({ key }) =>
      key.kind === 'ec' && !CURVES.includes(key.curve) ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'java-rsa-public-exponent',
    severity: 'error',
    consumers: ONLY,
    part: 'publicKey',
    requirement: 'An RSA public exponent is 3 or more.',
    source: 'JDK sun.security.rsa.RSAKeyFactory (checkKeyLengths)',
    prevents: { java: 'exponent is smaller than 3' },
    faultOf: ({ publicKey }) =>
      publicKey.kind === 'rsa' && numberOf(publicKey.publicExponent) < MIN_RSA_EXPONENT
        ? 'has an RSA public exponent below 3'
        : undefined,
  },
];

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(octets).toString('hex')}`);
}
