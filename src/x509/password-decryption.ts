import { createDecipheriv } from 'node:crypto';
import type { DerReader } from './der-reader.ts';
import type { DerivationWork } from './derivation-budget.ts';
import { assertKeyLength } from './key-derivation.ts';
import { unsupported, wrongPassword } from './locked-file-error.ts';
import { PBES2 } from './pfx-oids.ts';
import { derivePkcs12 } from './pkcs12-kdf.ts';
import { decryptRc2 } from './rc2.ts';
import { readKeyDerivation } from './read-key-derivation.ts';

/** What opens a file. */
export interface Unlocking {
  /** `null`: none, where PKCS #12 tells that from the empty one. */
  readonly password: string | null;
  /** Ends it, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** An encryption with a password, and how to undo it. */
export interface PasswordEncryption {
  readonly work: DerivationWork;
  /** A wrong password is a `LockedFileError`. */
  readonly decrypt: (ciphertext: Uint8Array, unlocking: Unlocking) => Promise<Buffer>;
}

interface Cipher {
  /** Node's name; `rc2` is ours. */
  readonly name: string;
  readonly keyOctets: number;
  readonly blockOctets: number;
}

/** RFC 8018 appendix B.2.2 and B.2.5. */
const PBES2_CIPHERS: Readonly<Record<string, Cipher>> = {
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyOctets: 24, blockOctets: 8 },
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyOctets: 16, blockOctets: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyOctets: 24, blockOctets: 16 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyOctets: 32, blockOctets: 16 },
};

/** RFC 7292 appendix C, its stream cipher RC4 aside. */
const PKCS12_CIPHERS: Readonly<Record<string, Cipher>> = {
  '1.2.840.113549.1.12.1.3': { name: 'des-ede3-cbc', keyOctets: 24, blockOctets: 8 },
  '1.2.840.113549.1.12.1.4': { name: 'des-ede-cbc', keyOctets: 16, blockOctets: 8 },
  '1.2.840.113549.1.12.1.5': { name: 'rc2', keyOctets: 16, blockOctets: 8 },
  '1.2.840.113549.1.12.1.6': { name: 'rc2', keyOctets: 5, blockOctets: 8 },
};

/** PKCS #12's own derivation joins so many values of SHA-1 as make a key, and works for each anew. */
const SHA1_OCTETS = 20;

/** Reads the AlgorithmIdentifier of an encryption with a password. */
export function readPasswordEncryption(reader: DerReader): PasswordEncryption {
  const algorithm = reader.sequence();
  const id = algorithm.oid();
  const encryption = id === PBES2 ? readPbes2(algorithm) : readPkcs12Encryption(algorithm, id);
  algorithm.end();
  return encryption;
}

function readPbes2(algorithm: DerReader): PasswordEncryption {
  const parameters = algorithm.sequence();
  const derivation = readKeyDerivation(parameters);
  const scheme = parameters.sequence();
  parameters.end();
  const cipher = knownCipher(PBES2_CIPHERS, scheme.oid());
  const iv = scheme.octetString();
  scheme.end();
  if (iv.length !== cipher.blockOctets) throw scheme.fault('an IV of another length');
  assertKeyLength(derivation, cipher.keyOctets);
  return {
    work: derivation.workOf(cipher.keyOctets),
    decrypt: async (ciphertext, { password, signal }) => {
      signal?.throwIfAborted();
      const key = await derivation.derive(password ?? '', cipher.keyOctets);
      return decrypted(cipher, { key, iv }, ciphertext);
    },
  };
}

function readPkcs12Encryption(algorithm: DerReader, id: string): PasswordEncryption {
  const cipher = knownCipher(PKCS12_CIPHERS, id);
  const parameters = algorithm.sequence();
  const salt = parameters.octetString();
  const iterations = parameters.number();
  parameters.end();
  const ofIv = 1;
  return {
    work: { iterations, times: Math.ceil(cipher.keyOctets / SHA1_OCTETS) + ofIv },
    decrypt: async (ciphertext, unlocking) => {
      const common = { digest: 'sha1', salt, iterations, ...unlocking } as const;
      const key = await derivePkcs12({ ...common, purpose: 'key', size: cipher.keyOctets });
      const iv = await derivePkcs12({ ...common, purpose: 'iv', size: cipher.blockOctets });
      return decrypted(cipher, { key, iv }, ciphertext);
    },
  };
}

function knownCipher(ciphers: Readonly<Record<string, Cipher>>, id: string): Cipher {
  const cipher = ciphers[id];
  if (!cipher) throw unsupported(`is encrypted by ${id}`);
  return cipher;
}

function decrypted(
  { name, blockOctets }: Cipher,
  { key, iv }: { readonly key: Uint8Array; readonly iv: Uint8Array },
  ciphertext: Uint8Array,
): Buffer {
  if (name === 'rc2') return withoutPadding(decryptRc2(key, iv, ciphertext), blockOctets);
  try {
    const decipher = createDecipheriv(name, key, iv);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (cause) {
    throw wrongPassword(cause);
  }
}

/** RFC 8018 §6.1.1, step 4: as many octets of padding as the last one says, each saying so. */
function withoutPadding(padded: Buffer, blockOctets: number): Buffer {
  const count = padded.at(-1) ?? 0;
  const padding = padded.subarray(padded.length - count);
  const isSound = count >= 1 && count <= blockOctets && padding.every((octet) => octet === count);
  if (padded.length % blockOctets !== 0 || !isSound) throw wrongPassword();
  return padded.subarray(0, padded.length - count);
}
