import type { KeyAlgorithm, RsaSignatureScheme } from '../../../src/certificate.ts';
import type { KeyPair } from '../../../src/x509/key.ts';
import { type SigningScheme, signingSchemeOf } from '../../../src/x509/signature-scheme.ts';
import { keysFrom } from '../../support/deterministic-keys.ts';
import { authority, type Written } from './written-certificate.ts';

/** Keys of one algorithm and how they sign, with the authorities of which most paths are made. */
export interface Suite {
  readonly name: SuiteName;
  /** The instant of the judgement, in whole seconds. */
  readonly at: Date;
  readonly scheme: SigningScheme;
  readonly keys: Readonly<Record<'root' | 'issuing' | 'leaf' | 'stranger', KeyPair>>;
}

export interface SuiteWithAuthorities extends Suite {
  readonly root: Written;
  readonly issuing: Written;
}

export const SUITES = {
  'ecdsa-p256': ['ecdsa-p256', 'pkcs1-v1_5'],
  'ecdsa-p384': ['ecdsa-p384', 'pkcs1-v1_5'],
  'ecdsa-p521': ['ecdsa-p521', 'pkcs1-v1_5'],
  'rsa-2048': ['rsa-2048', 'pkcs1-v1_5'],
  'rsa-2048-pss': ['rsa-2048', 'pss'],
  ed25519: ['ed25519', 'pkcs1-v1_5'],
} as const satisfies Record<string, readonly [KeyAlgorithm, RsaSignatureScheme]>;
export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as readonly SuiteName[];

export function suiteOf(name: SuiteName, at: Date): SuiteWithAuthorities {
  const [algorithm, signatureScheme] = SUITES[name];
  const keys = (whose: string) => keysFrom(`${whose} of violations`, algorithm);
  const suite = {
    ...{ name, at, scheme: signingSchemeOf(algorithm, signatureScheme) },
    keys: {
      root: keys('root'),
      issuing: keys('issuing'),
      leaf: keys('leaf'),
      stranger: keys('stranger'),
    },
  };
  const root = authority(suite, 'Root', { keys: suite.keys.root, issuer: undefined });
  return { ...suite, root, issuing: authority(suite, 'Issuing', { issuer: root }) };
}
