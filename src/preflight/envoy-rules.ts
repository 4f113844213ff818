import { COMMON_NAME, P256, P384, P521, SERVER_AUTH, TLS_FEATURE } from '../x509/oids.ts';
import type { CertificateCandidate, TargetCandidate } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import type { Consumer, Rule } from './rule.ts';

const MIN_RSA_BITS = 2048;
const CURVES = [P256, P384, P521];
const SOURCE = 'envoy docs/root/intro/arch_overview/security/ssl.rst';
/** Istio's gateways and sidecars are Envoys. */
const ENVOYS: readonly Consumer[] = ['envoy', 'istio'];

/** Which keys Envoy serves with. */
export const envoyKeyRules: readonly Rule<Pick<TargetCandidate, 'role' | 'key'>>[] = [
  {
    id: 'envoy-rsa-key-size',
    severity: 'error',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'publicKey',
    requirement: 'An RSA key has 2048 bits or more.',
    source: `${SOURCE}; source/common/tls/context_impl.cc`,
    prevents: said('only RSA certificates with 2048-bit or larger keys are supported'),
    faultOf: ({ key }) =>
      key.kind === 'rsa' && key.bits < MIN_RSA_BITS ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'envoy-key-kind',
    severity: 'error',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'publicKey',
    requirement: 'A key is RSA, or on P-256, P-384 or P-521.',
    source: `${SOURCE}; source/common/tls/context_impl.cc`,
    prevents: said('Failed to load certificate chain from'),
    faultOf: ({ key }) =>
      key.kind === 'unknown' || (key.kind === 'ec' && !CURVES.includes(key.curve))
        ? `has ${describeKey(key)}`
        : undefined,
  },
  {
    id: 'envoy-p384',
    severity: 'warning',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'publicKey',
    requirement:
      'A key is not on P-384 where Envoy is older than 1.33 (Istio than 1.25), or serves HTTP/3: those take P-256 only.',
    source: `${SOURCE}; envoy#10855, #36369, #46701`,
    prevents: said('only P-256 ECDSA certificates are supported'),
    faultOf: ({ key }) =>
      key.kind === 'ec' && key.curve === P384
        ? 'a key on P-384 is refused by Envoy before 1.33 (Istio before 1.25), and for HTTP/3 by later ones'
        : undefined,
  },
  {
    id: 'envoy-p521',
    severity: 'warning',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'publicKey',
    requirement: 'A key is not on P-521: no client that is itself an Envoy accepts its signatures.',
    source: `${SOURCE}; envoy#10855, #36369`,
    faultOf: ({ key }) =>
      key.kind === 'ec' && key.curve === P521
        ? 'a key on P-521 is refused by Envoy before 1.33 (Istio before 1.25), and by every Envoy as a client'
        : undefined,
  },
  {
    id: 'envoy-ed25519',
    severity: 'warning',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'publicKey',
    requirement: 'A key is not Ed25519: Envoy’s TLS does not offer its signatures to servers.',
    source: `${SOURCE}; BoringSSL ssl/extensions.cc (kVerifySignatureAlgorithms)`,
    faultOf: ({ key }) =>
      key.kind === 'ed25519'
        ? 'an Ed25519 key is refused by Envoy in FIPS mode, and by every Envoy as a client'
        : undefined,
  },
];

/** What else Envoy and istiod ask. */
export const envoyRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'envoy-ec-digital-signature',
    severity: 'error',
    consumers: ENVOYS,
    roles: ['server', 'client'],
    part: 'certificate',
    requirement: 'The keyUsage beside an EC key has digitalSignature, or is absent.',
    source: 'BoringSSL ssl/ssl_cert.cc (ssl_cert_check_key_usage); RFC 8446 §4.4.2.2',
    prevents: said('Failed to load certificate chain from'),
    faultOf: ({ key, values: { keyUsage } }) =>
      key.kind === 'ec' && keyUsage.length > 0 && !keyUsage.includes('digitalSignature')
        ? `has a keyUsage without digitalSignature beside ${describeKey(key)}`
        : undefined,
  },
  {
    id: 'envoy-server-name',
    severity: 'error',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'subjectAltName',
    requirement:
      'A server’s certificate has a commonName, or a DNS name, IP address or URI in its subjectAltName.',
    source: 'envoy source/common/tls/server_context_impl.cc (generateHashForSessionContextId)',
    prevents: said('Invalid TLS context has neither subject CN nor SAN names'),
    faultOf: ({ subject, values: { names } }) =>
      names.dnsNames.length + names.ipAddresses.length + names.uris.length === 0 &&
      !subject.attributes.some(({ type }) => type === COMMON_NAME)
        ? 'has neither a commonName nor a DNS name, an IP address or a URI in a subjectAltName'
        : undefined,
  },
  {
    id: 'envoy-must-staple',
    severity: 'warning',
    consumers: ENVOYS,
    roles: ['server'],
    part: 'certificate',
    requirement: 'A must-staple certificate comes with an OCSP response.',
    source: `${SOURCE} (OCSP stapling); RFC 7633 §4`,
    prevents: said('OCSP response is required for must-staple certificate'),
    faultOf: ({ extensions }) =>
      extensions.some(({ id }) => id === TLS_FEATURE)
        ? 'a must-staple certificate is refused without an OCSP response beside it (`tls.ocsp-staple`)'
        : undefined,
  },
  {
    id: 'istio-authority-purposes',
    severity: 'warning',
    consumers: ['istio'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'An authority for istiod (`cacerts`) has no extKeyUsage, or serverAuth in it.',
    source: 'istio security/pkg/pki/ca/ca.go (Go’s Verify with its default purposes)',
    prevents: { istio: 'x509: certificate specifies an incompatible key usage' },
    faultOf: ({ values: { extKeyUsage } }) =>
      extKeyUsage.length > 0 && !extKeyUsage.includes(SERVER_AUTH)
        ? 'has an extKeyUsage without serverAuth, by which istiod would not verify its own chain'
        : undefined,
  },
];

function said(text: string): Readonly<Partial<Record<Consumer, string>>> {
  return { envoy: text, istio: text };
}
