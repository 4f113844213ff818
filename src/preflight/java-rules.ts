import type { CertificateCandidate } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import type { Consumer, Rule } from './rule.ts';

const ONLY: readonly Consumer[] = ['java'];

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
];
