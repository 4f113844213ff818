import {
  type Explanation,
  GNUTLS,
  GO,
  JAVA,
  NODE,
  NSS,
  OPENSSL,
  OURS,
  OURS_GO,
  OURS_JAVA,
  OURS_OPENSSL,
  OURS_RFC5280,
  PECULIAR,
  violationsExcept,
} from './explanation.ts';
import { good } from './kinds/good.ts';
import { brokenSignatures } from './kinds/signatures-and-keys.ts';

const PATHS_ONLY = 'RFC 5280 §6.1 (algorithm of path validation)';

/** Of what a judge is there for, and how certificates of a path go together. */
export const pathExplanations: readonly Explanation[] = [
  {
    kinds: violationsExcept(
      ...Object.keys(brokenSignatures),
      ...['leaf-expired', 'leaf-not-yet-valid', 'leaf-dates-reversed'],
      ...['issuing-expired', 'issuing-not-yet-valid', 'time-without-seconds', 'time-with-offset'],
      ...['self-signed', 'root-of-another', 'issuer-left-out', 'hash-md-5'],
    ),
    judges: [PECULIAR],
    why: 'It verifies the signature and the dates of one certificate, and leaves the rest to the program.',
    source: '@peculiar/x509 src/x509_cert.ts (verify)',
  },
  {
    kinds: Object.keys(good).filter((kind) => kind !== 'good-key-encipherment'),
    judges: [NSS],
    suites: ['ed25519'],
    why: 'This version has no Ed25519, and refuses whatever is signed with it.',
    source: 'NSS 3.99 release notes',
  },
  {
    kinds: [
      ...['host-another', 'host-below', 'host-above', 'host-lookalike', 'host-continued'],
      ...['wildcard-two-labels', 'wildcard-no-label', 'wildcard-top-level', 'address-another'],
      ...['host-as-common-name-only', 'host-as-uri'],
    ],
    judges: OURS,
    why: 'Preflight judges a file, and is told no host.',
    source: 'openapi.yaml (POST /v1/preflight)',
  },
  {
    kinds: [
      ...['client-as-server', 'server-as-client'],
      ...['code-signing-as-server', 'unknown-purpose-as-server'],
    ],
    judges: OURS,
    why: 'Preflight judges a certificate as what it says it is for, and is told no purpose.',
    source: 'openapi.yaml (POST /v1/preflight)',
  },
  {
    kinds: ['self-signed', 'root-of-another'],
    judges: OURS,
    why: 'Preflight is not told which root is trusted.',
    source: 'openapi.yaml (POST /v1/preflight)',
  },
  {
    kinds: ['root-expired', 'dns-excluded-by-root', 'path-length-of-root'],
    judges: [JAVA],
    why: 'A TrustAnchor is a name and a key: what else its certificate says does not count.',
    source: 'JDK java.security.cert.TrustAnchor; RFC 5280 §6.1.1 (d)',
  },
  {
    kinds: ['usage-signs-crls-only', 'usage-decipher-only'],
    judges: [GO, JAVA, GNUTLS, OURS_GO],
    why: 'The leaf’s keyUsage is for whoever uses its key, and its path is verified without it; Java’s trust managers look.',
    source: PATHS_ONLY,
  },
  {
    kinds: [
      'purpose-not-the-issuers',
      'purpose-not-of-the-upper',
      'purpose-of-servers-for-a-client',
    ],
    judges: [JAVA, NSS, OURS_RFC5280, OURS_JAVA],
    why: 'To the standard the extKeyUsage of an authority says nothing about what is below it.',
    source: 'RFC 5280 §4.2.1.12, §6.1',
  },
  {
    kinds: ['good-any-purpose'],
    judges: [OPENSSL, NSS, GNUTLS, NODE, OURS_OPENSSL],
    why: 'In an authority’s extKeyUsage they look for the purpose itself, and take “any” for none.',
    source: 'OpenSSL crypto/x509/v3_purp.c (xku_reject); CA/Browser Forum BR §7.1.2.10.6',
  },
  {
    kinds: ['dns-wildcard-over-excluded'],
    judges: [OPENSSL, JAVA, NSS, GNUTLS, NODE],
    why: 'They hold a wildcard against the constraints as if it were one more label.',
    source: 'CVE-2025-61727 (Go 1.25.5 release notes)',
  },
  {
    kinds: ['ipv6-where-ipv4-is-permitted'],
    judges: [GNUTLS],
    why: 'It takes IPv4 and IPv6 for two kinds of names, of which the other one is not limited.',
    source: 'GnuTLS lib/x509/name_constraints.c',
  },
  {
    kinds: ['uri-not-permitted', 'directory-not-permitted'],
    judges: [GNUTLS],
    why: 'It compares neither URIs nor directory names, and passes over where they are permitted.',
    source: 'GnuTLS lib/x509/name_constraints.c (check_unsupported_constraint)',
  },
  {
    kinds: ['good-constraints', 'good-directory-constraints'],
    judges: [GNUTLS],
    why: 'It compares neither URIs nor directory names: where any are excluded, all are.',
    source: 'GnuTLS lib/x509/name_constraints.c (check_unsupported_constraint)',
  },
  {
    kinds: ['good-constraints-of-both-families'],
    judges: [JAVA, OURS_JAVA],
    why: 'It compares ranges and addresses of IPv4 and IPv6 octet by octet, and throws an ArrayIndexOutOfBoundsException where one ends.',
    source: 'JDK 17 sun.security.x509.IPAddressName (constrains)',
  },
  {
    kinds: ['good-word-below-host-constraints'],
    judges: [JAVA, OURS_JAVA],
    why: 'Where there is no dNSName, it takes a commonName of one word for one, also an authority’s.',
    source: 'JDK sun.security.x509.NameConstraintsExtension (verify)',
  },
  {
    kinds: ['good-directory-constraints'],
    judges: [GO, OURS_GO],
    why: 'It judges no directory names, and refuses critical constraints of them.',
    source: 'Go crypto/x509 (parseNameConstraintsExtension)',
  },
  {
    kinds: [
      ...['constraints-not-critical', 'issuer-without-key-usage', 'issuer-without-key-identifier'],
      ...['no-authority-key-identifier', 'leaf-signs-certificates', 'leaf-with-path-length'],
    ],
    judges: [GO, JAVA, NSS, GNUTLS, NODE, OURS_GO, OURS_JAVA],
    why: 'The standard asks it of issuers, and nothing in the validation of a path depends on it. OpenSSL looks because it is asked to be strict.',
    source: `${PATHS_ONLY}; OpenSSL openssl-verification-options(1) (-x509_strict)`,
  },
  {
    kinds: ['leaf-constrains-names'],
    judges: [OPENSSL, GO, JAVA, NSS, GNUTLS, NODE, OURS_OPENSSL, OURS_GO, OURS_JAVA],
    why: 'Nothing is below a leaf whose names could be constrained.',
    source: PATHS_ONLY,
  },
  {
    kinds: ['empty-name-constraints'],
    judges: [OPENSSL, JAVA, NSS, GNUTLS, NODE],
    why: 'Where no subtree is named, nothing is constrained.',
    source: PATHS_ONLY,
  },
  {
    kinds: ['issuer-without-subject'],
    judges: [GO, NSS, NODE],
    why: 'An empty name is equal to an empty name.',
    source: PATHS_ONLY,
  },
  {
    kinds: ['other-key-identifier'],
    judges: [GO, JAVA, OURS_GO, OURS_JAVA],
    why: 'A key identifier helps to find an issuer; one that was found by its name is judged by its signature.',
    source: 'RFC 5280 §4.2.1.1, §6.1',
  },
  {
    kinds: ['other-issuer-and-serial-number'],
    judges: [GO, JAVA, NSS, GNUTLS, OURS_RFC5280, OURS_GO, OURS_JAVA],
    why: 'Name and serial number of the issuer help to find it, and only OpenSSL holds them against what it has found.',
    source: 'RFC 5280 §4.2.1.1; OpenSSL crypto/x509/v3_purp.c (X509_check_akid)',
  },
];
