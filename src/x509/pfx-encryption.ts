import { createCipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { integer, nullValue, octetString, oid, sequence } from './der.ts';
import { PBES2, PBKDF2 } from './pfx-oids.ts';
import { derivePkcs12 } from './pkcs12-kdf.ts';

/**
 * The two ways to encrypt a PFX that Windows, and so Azure, knows (PFXImportCertStore's remarks:
 * AES256-SHA256 and TripleDES-SHA1). RC2 is not among them, and OpenSSL 3 does not read it.
 */
export const PFX_ENCRYPTIONS = ['modern', 'compat'] as const;
export type PfxEncryption = (typeof PFX_ENCRYPTIONS)[number];

/**
 * The iterations of every derivation in a PFX: what Java's `keystore.pkcs12` settings default to. A
 * PFX has three, so that a reader is far below .NET's limits (`Pkcs12LoaderLimits`: 300,000 each,
 * 1,000,000 in all); a generated password needs no more.
 */
export const PFX_ITERATIONS = 10_000;

/** NIST SP 800-132 §5.1 asks for 128 bits. */
export const PFX_SALT_OCTETS = 16;

const AES_256_KEY_OCTETS = 32;
const AES_BLOCK_OCTETS = 16;
const TRIPLE_DES_KEY_OCTETS = 24;
const DES_BLOCK_OCTETS = 8;

const HMAC_WITH_SHA_256 = '1.2.840.113549.2.9';
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';
const PBE_WITH_SHA_AND_3_KEY_TRIPLE_DES_CBC = '1.2.840.113549.1.12.1.3';

export interface EncryptionDeps {
  readonly password: string;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Ciphertext, and the AlgorithmIdentifier with all that a reader needs except the password. */
export interface Encrypted {
  readonly algorithm: Buffer;
  readonly ciphertext: Buffer;
}

type Encrypt = (deps: EncryptionDeps, plaintext: Uint8Array) => Promise<Encrypted>;

/** How each encryption treats a bag; the salt is fresh each time. */
export const encryptBag: Readonly<Record<PfxEncryption, Encrypt>> = {
  modern: encryptWithPbes2,
  compat: encryptWithTripleDes,
};

const pbkdf2Async = promisify(pbkdf2);

/** PBES2 (RFC 8018 §6.2). The password is its octets, without the zeros that PKCS #12 appends. */
async function encryptWithPbes2(deps: EncryptionDeps, plaintext: Uint8Array): Promise<Encrypted> {
  const salt = deps.randomBytes(PFX_SALT_OCTETS);
  const iv = deps.randomBytes(AES_BLOCK_OCTETS);
  const key = await pbkdf2Async(deps.password, salt, PFX_ITERATIONS, AES_256_KEY_OCTETS, 'sha256');
  // The prf has to be said: the default is HMAC-SHA-1 (RFC 8018 appendix A.2).
  const prf = sequence(oid(HMAC_WITH_SHA_256), nullValue());
  const derivation = sequence(octetString(salt), integer(PFX_ITERATIONS), prf);
  const parameters = sequence(
    sequence(oid(PBKDF2), derivation),
    sequence(oid(AES_256_CBC), octetString(iv)),
  );
  return {
    algorithm: sequence(oid(PBES2), parameters),
    ciphertext: encrypted('aes-256-cbc', { key, iv }, plaintext),
  };
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C). */
async function encryptWithTripleDes(
  { password, randomBytes }: EncryptionDeps,
  plaintext: Uint8Array,
): Promise<Encrypted> {
  const salt = randomBytes(PFX_SALT_OCTETS);
  const common = { digest: 'sha1', password, salt, iterations: PFX_ITERATIONS } as const;
  const key = await derivePkcs12({ ...common, purpose: 'key', size: TRIPLE_DES_KEY_OCTETS });
  const iv = await derivePkcs12({ ...common, purpose: 'iv', size: DES_BLOCK_OCTETS });
  const parameters = sequence(octetString(salt), integer(PFX_ITERATIONS));
  return {
    algorithm: sequence(oid(PBE_WITH_SHA_AND_3_KEY_TRIPLE_DES_CBC), parameters),
    ciphertext: encrypted('des-ede3-cbc', { key, iv }, plaintext),
  };
}

function encrypted(
  cipherName: string,
  { key, iv }: { readonly key: Uint8Array; readonly iv: Uint8Array },
  plaintext: Uint8Array,
): Buffer {
  const cipher = createCipheriv(cipherName, key, iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}
