import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as der from '../../../../src/x509/der.ts';
import {
  EC_PUBLIC_KEY,
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  KEY_USAGE,
  P256,
  RSA_ENCRYPTION,
  SHA256_WITH_RSA,
} from '../../../../src/x509/oids.ts';
import { type Kinds, pathBelow, pathOf, served } from '../path-case.ts';
import type { SuiteWithAuthorities } from '../suite.ts';
import { signatureBy, usageOf, type Written, written } from '../written-certificate.ts';

const SIGNATURE = 'RFC 5280 §6.1.3 (a)(1)';
const WEAK_KEYS = 'CA/Browser Forum BR §6.1.5; NIST SP 800-131A §3';

/** A certificate whose octets were changed after it was signed. */
function changed(certificate: Written, change: (octets: Buffer) => void): Written {
  const octets = Buffer.from(certificate.der);
  change(octets);
  return { ...certificate, der: octets };
}

function flipLast(octets: Buffer): void {
  octets.writeUInt8(octets.readUInt8(octets.length - 1) ^ 1, octets.length - 1);
}

function renameHost(octets: Buffer): void {
  octets.write('wwx', octets.lastIndexOf('www.example.org'));
}

export const brokenSignatures: Kinds = {
  'signed-by-a-stranger': {
    what: 'Another key than the issuer’s has signed the leaf.',
    source: SIGNATURE,
    make: (suite) =>
      pathOf(suite, {
        signature: (tbs) => signatureBy(suite, tbs, suite.keys.stranger.privateKey),
      }),
  },
  'issuing-signed-by-a-stranger': {
    what: 'Another key than the root’s has signed the issuing authority.',
    source: SIGNATURE,
    make: (suite) =>
      pathBelow(suite, {
        signature: (tbs) => signatureBy(suite, tbs, suite.keys.stranger.privateKey),
      }),
  },
  'signature-flipped': {
    what: 'The last bit of the leaf’s signature is another.',
    source: SIGNATURE,
    make: (suite) => below(suite, flipLast),
  },
  'name-changed-after-signing': {
    what: 'A letter of the leaf’s DNS name was changed after it was signed.',
    source: SIGNATURE,
    make: (suite) => ({ ...below(suite, renameHost), host: 'wwx.example.org' }),
  },
  'signature-empty': {
    what: 'The leaf’s signature has no octets.',
    source: SIGNATURE,
    make: (suite) => pathOf(suite, { signature: () => Buffer.alloc(0) }),
  },
  'algorithms-differ': {
    what: 'The signature’s algorithm outside is not the one inside.',
    source: 'RFC 5280 §4.1.1.2',
    make: (suite) => pathOf(suite, { algorithm: otherAlgorithm(suite) }),
  },
  'algorithm-of-another-key': {
    what: 'The signature is said to be of a kind that the issuer’s key cannot make.',
    source: SIGNATURE,
    make: (suite) => {
      const isEc = suite.keys.root.publicKey.asymmetricKeyType === 'ec';
      const algorithm = isEc ? RSA_SHA256 : der.sequence(der.oid(ECDSA_WITH_SHA256));
      return pathOf(suite, { algorithm, outerAlgorithm: algorithm });
    },
  },
};

const RSA_SHA256 = der.sequence(der.oid(SHA256_WITH_RSA), der.nullValue());

function below(suite: SuiteWithAuthorities, change: (octets: Buffer) => void) {
  const leaf = written(suite, { issuer: suite.issuing });
  return served(changed(leaf, change), [suite.issuing, suite.root]);
}

/** One that the certificate was not signed by; outside it says what it was. */
function otherAlgorithm({ scheme }: SuiteWithAuthorities): Buffer {
  const other = der.sequence(der.oid(ECDSA_WITH_SHA384));
  return other.equals(scheme.identifier) ? der.sequence(der.oid(ECDSA_WITH_SHA256)) : other;
}

const rsaOf = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const ecOf = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

/** Made once; what is wrong with each is its size or its curve. */
const weak = {
  rsa512: rsaOf(512),
  rsa1024: rsaOf(1024),
  p224: ecOf('secp224r1'),
  p192: ecOf('prime192v1'),
  koblitz: ecOf('secp256k1'),
};

export const weakKeys: Kinds = {
  'rsa-512': {
    what: 'The leaf’s key is RSA with 512 bits.',
    source: WEAK_KEYS,
    make: (suite) => pathOf(suite, { keys: weak.rsa512 }),
  },
  'rsa-1024': {
    what: 'The leaf’s key is RSA with 1024 bits.',
    source: WEAK_KEYS,
    make: (suite) => pathOf(suite, { keys: weak.rsa1024 }),
  },
  'issuing-rsa-1024': {
    what: 'The issuing authority’s key is RSA with 1024 bits.',
    source: WEAK_KEYS,
    make: (suite) => belowRsa(suite, weak.rsa1024, 'sha256'),
  },
  'p-192': {
    what: 'The leaf’s key is on P-192.',
    source: WEAK_KEYS,
    make: (suite) => pathOf(suite, { keys: weak.p192 }),
  },
  'p-224': {
    what: 'The leaf’s key is on P-224.',
    source: 'CA/Browser Forum BR §6.1.5; RFC 8446 §4.2.3',
    make: (suite) => pathOf(suite, { keys: weak.p224 }),
  },
  secp256k1: {
    what: 'The leaf’s key is on secp256k1.',
    source: 'CA/Browser Forum BR §6.1.5; RFC 8446 §4.2.3',
    make: (suite) => pathOf(suite, { keys: weak.koblitz }),
  },
  'point-off-the-curve': {
    what: 'The point of the leaf’s key is not on its curve.',
    source: 'NIST SP 800-56A §5.6.2.3',
    make: (suite) => pathOf(suite, { subjectPublicKeyInfo: ecKeyOf(Buffer.alloc(64, 7)) }),
  },
  'rsa-exponent-1': {
    what: 'The public exponent of the leaf’s RSA key is 1.',
    source: 'CA/Browser Forum BR §6.1.6; FIPS 186-5 §A.1.1',
    make: (suite) => pathOf(suite, withExponent(Buffer.of(1))),
  },
  'rsa-exponent-even': {
    what: 'The public exponent of the leaf’s RSA key is even.',
    source: 'CA/Browser Forum BR §6.1.6; FIPS 186-5 §A.1.1',
    make: (suite) => pathOf(suite, withExponent(Buffer.of(1, 0, 0))),
  },
  'hash-sha-1': {
    what: 'The leaf is signed over SHA-1.',
    source: 'RFC 9155 §2; CA/Browser Forum BR §7.1.3.2',
    make: (suite) => belowRsa(suite, rsaOf2048, 'sha1'),
  },
  'hash-md-5': {
    what: 'The leaf is signed over MD5.',
    source: 'RFC 6151 §2',
    make: (suite) => belowRsa(suite, rsaOf2048, 'md5'),
  },
};

const rsaOf2048 = rsaOf(2048);
const RSA_WITH = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha256: SHA256_WITH_RSA,
} as const;

/** Below an authority whose key is of RSA whatever the suite's is, and signs over `hash`. */
function belowRsa(suite: SuiteWithAuthorities, keys: Written['keys'], hash: keyof typeof RSA_WITH) {
  const algorithm = der.sequence(der.oid(RSA_WITH[hash]), der.nullValue());
  const signature = (tbs: Buffer, key: KeyObject) => sign(hash, tbs, key);
  return pathBelow(suite, { keys }, { algorithm, signature });
}

function ecKeyOf(coordinates: Buffer): Buffer {
  const algorithm = der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(P256));
  return der.sequence(algorithm, der.bitString(Buffer.concat([Buffer.of(4), coordinates])));
}

function withExponent(exponent: Buffer) {
  return {
    subjectPublicKeyInfo: rsaKeyOf(exponent),
    extensions: { [KEY_USAGE]: usageOf({ asymmetricKeyType: 'rsa' }) },
  };
}

/** A key with the modulus of one that is good. */
function rsaKeyOf(exponent: Buffer): Buffer {
  const { n = '' } = rsaOf2048.publicKey.export({ format: 'jwk' });
  const key = der.sequence(der.integer(Buffer.from(n, 'base64url')), der.integer(exponent));
  const algorithm = der.sequence(der.oid(RSA_ENCRYPTION), der.nullValue());
  return der.sequence(algorithm, der.bitString(key));
}
