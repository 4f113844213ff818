import { KEY_USAGE } from '../../../src/x509/oids.ts';
import { keyUsageOf } from '../../support/hand-made-certificate.ts';
import { ecKey, ed25519, leaf, type RuleBreaker, rsaKey } from './broken-files.ts';

/** The same for the rules of OpenSSL, Go and Java. */
export const verifierRuleBreakers: Readonly<Record<string, RuleBreaker>> = {
  'openssl-key-strength': leaf(rsaKey(1024)),
  'short-curve': leaf(ecKey('prime192v1')),
  'go-rsa-key-size': leaf(rsaKey(512)),
  'go-ec-curve': leaf(ecKey('secp256k1')),
  'java-rsa-key-size': leaf(rsaKey(512)),
  'java-ed25519': leaf(ed25519),
  'java-digital-signature': leaf({ extensions: { [KEY_USAGE]: keyUsageOf('nonRepudiation') } }),
};
