import {
  type Explanation,
  GNUTLS,
  GO,
  JAVA,
  NODE,
  NSS,
  OPENSSL,
  OURS_GO,
  OURS_JAVA,
  OURS_OPENSSL,
  OURS_RFC5280,
} from './explanation.ts';

const LEAFS_KEY = 'RFC 5280 §6.1.5 (c): the key is an output, and verifies nothing in the path';
const LENIENT = 'RFC 5280 §4.1: what an issuer must write, not what a reader must refuse';
const EXTENSION_VALUES = 'RFC 5280 §4.2';

/** Of keys, names, and how a certificate is written. */
export const contentExplanations: readonly Explanation[] = [
  {
    kinds: ['rsa-512'],
    judges: [GO, NSS],
    why: 'A key’s size is judged in the handshake, where it signs.',
    source: `${LEAFS_KEY}; Go crypto/tls (checkKeySize)`,
  },
  {
    kinds: ['rsa-1024', 'issuing-rsa-1024'],
    judges: [GO, JAVA, NSS, OURS_GO, OURS_JAVA],
    why: 'Their bound is 1024 bits.',
    source:
      'Go 1.24 release notes (crypto/rsa); JDK java.security (jdk.certpath.disabledAlgorithms)',
  },
  {
    kinds: ['p-192'],
    judges: [NSS],
    why: 'A key’s curve is judged in the handshake, where it signs.',
    source: LEAFS_KEY,
  },
  {
    kinds: ['p-224'],
    judges: [OPENSSL, GO, JAVA, NSS, GNUTLS, OURS_OPENSSL, OURS_GO, OURS_JAVA],
    why: 'It is as strong as RSA with 2048 bits, and no longer in TLS 1.3: Node’s handshake fails.',
    source: 'NIST SP 800-57 Part 1 §5.6.1.1; RFC 8446 §4.2.3',
  },
  {
    kinds: ['secp256k1'],
    judges: [OPENSSL, JAVA, NSS, OURS_OPENSSL, OURS_JAVA],
    why: 'They verify a path without the leaf’s key, and OpenSSL knows the curve.',
    source: LEAFS_KEY,
  },
  {
    kinds: ['point-off-the-curve'],
    judges: [JAVA, NSS, GNUTLS, OURS_JAVA],
    why: 'They do not take the leaf’s key apart before it is used.',
    source: LEAFS_KEY,
  },
  {
    kinds: ['rsa-exponent-1', 'rsa-exponent-even'],
    judges: [OPENSSL, GO, NSS, GNUTLS, OURS_OPENSSL, OURS_GO],
    why: 'They do not look at the exponent of the leaf’s key before it is used.',
    source: LEAFS_KEY,
  },
  {
    kinds: ['rsa-exponent-even'],
    judges: [JAVA, OURS_JAVA],
    why: 'It asks that an exponent be 3 or more, and nothing else.',
    source: 'JDK sun.security.rsa.RSAKeyFactory (checkKeyLengths)',
  },
  {
    kinds: ['hash-sha-1'],
    judges: [JAVA, NSS, OURS_JAVA],
    why: 'They still take SHA-1 below a root that was added by hand.',
    source: 'JDK java.security (jdk.certpath.disabledAlgorithms: SHA1 jdkCA); NSS nss-policy',
  },
  {
    kinds: [
      ...['wildcard-in-the-middle', 'wildcard-part-of-a-label', 'wildcard-alone', 'wildcard-twice'],
      ...['host-with-null-octet', 'dns-name-ends-with-dot', 'address-as-dns-name'],
      'host-as-mailbox',
    ],
    judges: [OURS_OPENSSL, OURS_GO, OURS_JAVA],
    why: 'These libraries take any text for a name and hold it against a host, which preflight is not told. For rfc5280 the form is refused.',
    source: 'RFC 9525 §6.3',
  },
  {
    kinds: ['wildcard-in-the-middle', 'wildcard-twice'],
    judges: [JAVA],
    why: 'It takes a wildcard in any label.',
    source: 'JDK sun.security.util.HostnameChecker (matchAllWildcards)',
  },
  {
    kinds: ['wildcard-part-of-a-label'],
    judges: [OPENSSL, JAVA, NSS, NODE],
    why: 'They take a wildcard for a part of a label, as RFC 6125 still let them.',
    source: 'RFC 6125 §6.4.3; OpenSSL X509_check_host(3)',
  },
  {
    kinds: ['wildcard-top-level'],
    judges: [GO, JAVA],
    why: 'They have no list of the domains below which anybody may register.',
    source: 'RFC 9525 §7.1',
  },
  {
    kinds: ['dns-name-ends-with-dot'],
    judges: [NODE],
    why: 'It takes a dot from the end of both before it compares them.',
    source: 'Node lib/tls.js (unfqdn)',
  },
  {
    kinds: ['no-alternative-name'],
    judges: [OPENSSL, JAVA, NSS, GNUTLS, NODE, OURS_RFC5280, OURS_OPENSSL, OURS_JAVA],
    why: 'Where there is no subjectAltName they look for the host in the commonName, as was done of old.',
    source: 'RFC 2818 §3.1; RFC 9525 appendix A',
  },
  {
    kinds: ['alternative-name-not-critical-alone'],
    judges: [GO, NSS, GNUTLS, NODE, OURS_GO],
    why: 'They understand a subjectAltName, so that its criticality does not matter to them.',
    source: LENIENT,
  },
  {
    kinds: ['alternative-name-empty'],
    judges: [JAVA, NSS, GNUTLS, NODE],
    why: 'To them an empty list is none, and the commonName counts.',
    source: 'RFC 2818 §3.1; RFC 9525 appendix A',
  },
  {
    kinds: ['extension-twice'],
    judges: [NSS],
    why: 'It takes the first of them.',
    source: `${EXTENSION_VALUES}; NSS lib/certdb/certxutl.c`,
  },
  {
    kinds: ['unknown-extension-twice'],
    judges: [OPENSSL, NSS, NODE],
    why: 'They look for extensions that they know, and count no others.',
    source: EXTENSION_VALUES,
  },
  {
    kinds: ['extension-with-trailing-octets'],
    judges: [OPENSSL, GO, NSS, GNUTLS, NODE],
    why: 'They read a value to its end, and not to that of the OCTET STRING around it.',
    source: EXTENSION_VALUES,
  },
  {
    kinds: ['extension-of-another-type'],
    judges: [NSS, GNUTLS],
    why: 'A keyUsage that they cannot read limits nothing to them.',
    source: EXTENSION_VALUES,
  },
  {
    kinds: ['key-usage-without-bits'],
    judges: [GO, GNUTLS],
    why: 'To them a keyUsage without bits is none.',
    source: 'RFC 5280 §4.2.1.3',
  },
  {
    kinds: ['serial-number-negative'],
    judges: [OPENSSL, JAVA, NSS, GNUTLS, NODE],
    why: 'A serial number is a name to them, and may be any INTEGER.',
    source: 'RFC 5280 §4.1.2.2: users must handle such numbers gracefully',
  },
  {
    kinds: ['serial-number-zero', 'serial-number-too-long'],
    judges: [OPENSSL, GO, JAVA, NSS, GNUTLS, NODE],
    why: 'A serial number is a name to them, and may be any INTEGER.',
    source: 'RFC 5280 §4.1.2.2: users must handle such numbers gracefully',
  },
  {
    kinds: ['serial-number-not-minimal'],
    judges: [JAVA, NSS, GNUTLS],
    why: 'They read BER, in which an INTEGER may begin with zeros.',
    source: 'ITU-T X.690 §8.3',
  },
  {
    kinds: ['version-1-with-extensions', 'version-2-with-extensions'],
    judges: [NSS, NODE],
    why: 'They read extensions wherever there are some; OpenSSL looks because it is asked to be strict.',
    source: LENIENT,
  },
  {
    kinds: ['version-4'],
    judges: [OPENSSL, NSS, GNUTLS, NODE],
    why: 'They take a version that is not there yet for a later one.',
    source: LENIENT,
  },
  {
    kinds: ['trailing-octets-inside'],
    judges: [GO, JAVA],
    why: 'They do not ask whether the extensions were the last of the certificate’s members.',
    source: LENIENT,
  },
  {
    kinds: ['time-without-seconds'],
    judges: [GO, JAVA, NSS, GNUTLS],
    why: 'They read every UTCTime of X.680, in which the seconds may be absent.',
    source: 'ITU-T X.680 §47; RFC 5280 §4.1.2.5.1',
  },
  {
    kinds: ['time-with-offset'],
    judges: [GO, JAVA, NSS],
    why: 'They read every UTCTime of X.680, which may be in local time.',
    source: 'ITU-T X.680 §47; RFC 5280 §4.1.2.5.1',
  },
  {
    kinds: ['boolean-of-ber', 'length-not-minimal'],
    judges: [OPENSSL, JAVA, NSS, GNUTLS, NODE],
    why: 'They read BER.',
    source: 'ITU-T X.690 §8.1.3, §8.2',
  },
  {
    kinds: ['default-written-out'],
    judges: [OPENSSL, GO, JAVA, NSS, GNUTLS, NODE],
    why: 'They read BER, in which a DEFAULT may be written.',
    source: 'ITU-T X.690 §11.5',
  },
  {
    kinds: ['unique-identifier'],
    judges: [OPENSSL, GO, JAVA, NSS, GNUTLS, NODE, OURS_OPENSSL, OURS_GO, OURS_JAVA],
    why: 'They pass over unique identifiers, which the standard tells issuers not to write.',
    source: 'RFC 5280 §4.1.2.8: applications should be able to read them',
  },
];
