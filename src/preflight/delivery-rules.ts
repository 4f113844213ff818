import { SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import type { DeliveryCandidate } from './delivery-candidate.ts';
import { quoted } from './quoted.ts';
import { areSamePem, certificatesIn, readable } from './read-entries.ts';
import { CONSUMERS, type Consumer, type Rule } from './rule.ts';

/** `MaxSecretSize` of Kubernetes, over the data of all entries. */
const MAX_SECRET_OCTETS = 1024 * 1024;
const ENVOYS: readonly Consumer[] = ['envoy', 'istio'];
const CONTEXT = 'envoy source/common/tls/context_impl.cc';

/** What is asked of files that are about to be written, or that lie there, beyond what is asked of each certificate. */
export const deliveryRules: readonly Rule<DeliveryCandidate>[] = [
  {
    id: 'delivery-readable',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement:
      'The chain (`tls.crt`) is certificates in PEM, and the key (`tls.key`) one that is not encrypted.',
    source: CONTEXT,
    prevents: said('Failed to load certificate chain from'),
    faultOf: ({ chain, keySubjectPublicKeyInfo }) => {
      if (!chain) return '"tls.crt" cannot be read';
      return keySubjectPublicKeyInfo
        ? undefined
        : '"tls.key" cannot be read, or holds more than one key';
    },
  },
  {
    id: 'delivery-key-matches',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'publicKey',
    requirement: 'The private key is that of the first certificate.',
    source: `${CONTEXT}; Istio does not look (pilot/pkg/xds/sds.go)`,
    prevents: said('KEY_VALUES_MISMATCH'),
    faultOf: ({ chain, keySubjectPublicKeyInfo }) => {
      const leaf = chain?.[0];
      if (!leaf || !keySubjectPublicKeyInfo) return undefined;
      return Buffer.compare(leaf.subjectPublicKeyInfo, keySubjectPublicKeyInfo) === 0
        ? undefined
        : 'the private key is not that of the certificate';
    },
  },
  {
    id: 'delivery-path-to-root',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'The certificates lead to the root of their authority.',
    source: 'RFC 5280 §6.1; read by Node’s X509Certificate as well',
    prevents: {
      openssl: 'unable to get local issuer certificate',
      'application-gateway': 'Intermediate certificate is missing',
    },
    faultOf: ({ chain, pathFault }) => (chain ? pathFault : undefined),
  },
  {
    id: 'delivery-names',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'subjectAltName',
    requirement: 'The certificate names every host of its target.',
    source:
      'RFC 9525 §6.3; Envoy serves a certificate for another host without a word (docs: ssl.rst)',
    prevents: {
      openssl: 'hostname mismatch',
    },
    faultOf: ({ chain, names }) => {
      const leaf = chain?.[0];
      if (!leaf) return undefined;
      const missing = SUBJECT_ALT_NAME_KINDS.flatMap((kind) =>
        names[kind].filter((name) => !leaf.names[kind].includes(name)),
      );
      return missing.length === 0
        ? undefined
        : `does not name ${missing.slice(0, 5).map(quoted).join(', ')}`;
    },
  },
  {
    id: 'delivery-renewal-ahead',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'validity',
    requirement:
      'The time to replace the certificate lies ahead, or it would be replaced at once and for ever.',
    source: 'docs/decisions/0021',
    faultOf: ({ renewAt, now }) =>
      renewAt && renewAt <= now ? `was to be replaced at ${renewAt.toISOString()}` : undefined,
  },
  {
    id: 'delivery-purpose',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'The certificate is an end entity’s and has every purpose of its profile.',
    source: 'RFC 5280 §4.2.1.9, §4.2.1.12',
    prevents: { openssl: 'unsuitable certificate purpose' },
    faultOf: ({ chain, extKeyUsage }) => {
      const leaf = chain?.[0];
      if (!leaf) return undefined;
      if (leaf.isAuthority) return 'is an authority’s certificate';
      const missing = extKeyUsage.filter((purpose) => !leaf.extKeyUsage.includes(purpose));
      return missing.length === 0 ? undefined : `lacks the purpose ${missing.join(', ')}`;
    },
  },
  {
    id: 'delivery-client-authorities',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'The client authorities (`ca.crt`) are certificates in PEM, each of an authority.',
    source: `${CONTEXT}; Istio pushes what cannot be read all the same (pilot/pkg/xds/sds.go)`,
    prevents: said('Failed to load trusted CA certificates from'),
    faultOf: ({ clientAuthorities }) => {
      if (clientAuthorities === undefined) return undefined;
      const authorities = readable(() => certificatesIn(clientAuthorities));
      if (!authorities || authorities.length === 0) return '"ca.crt" cannot be read';
      return authorities.every(({ isAuthority }) => isAuthority)
        ? undefined
        : '"ca.crt" holds a certificate that is no authority’s';
    },
  },
  {
    id: 'delivery-client-authorities-wanted',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement:
      'The client authorities (`ca.crt`) are those of the target: with others strangers are let in, or clients kept out.',
    source: 'envoy api/envoy/extensions/transport_sockets/tls/v3/common.proto (trusted_ca)',
    faultOf: ({ chain, clientCa: { present, wanted } }) => {
      if (!chain || (present ?? '') === (wanted ?? '')) return undefined;
      if (wanted === undefined)
        return '"ca.crt" is there, and the target has no client authorities';
      if (present === undefined) return '"ca.crt" is missing';
      return areSamePem(present, wanted)
        ? undefined
        : '"ca.crt" holds other authorities than the target’s client authorities';
    },
  },
  {
    id: 'secret-size',
    severity: 'error',
    consumers: ['istio'],
    part: 'certificate',
    requirement: 'A Secret holds 1 MiB at most.',
    source: 'kubernetes core/v1 types.go (MaxSecretSize)',
    faultOf: ({ octets }) =>
      octets < MAX_SECRET_OCTETS ? undefined : `would hold ${octets} octets`,
  },
];

function said(text: string): Readonly<Partial<Record<Consumer, string>>> {
  return Object.fromEntries(ENVOYS.map((consumer) => [consumer, text]));
}
