import { createCipheriv, createDecipheriv } from 'node:crypto';

/** AES-256-GCM (NIST SP 800-38D) with the nonce and tag lengths that it recommends. */
const CIPHER = 'aes-256-gcm';
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
/** First octet of what is stored, so that a later form can stand beside this one. */
const FORM = 1;

/** The octets of a key-encryption key (AES-256). */
export const KEY_ENCRYPTION_KEY_OCTETS = 32;

/**
 * Seals private keys, and answers that hold them, under a key-encryption key, each with a fresh nonce.
 *
 * The context is authenticated with the key but not stored, so that a sealed key which is copied
 * over another one's row does not open.
 */
export class AesGcmWrapping {
  readonly #keyEncryptionKey: Uint8Array;
  readonly #randomBytes: (size: number) => Uint8Array;

  constructor(keyEncryptionKey: Uint8Array, randomBytes: (size: number) => Uint8Array) {
    this.#keyEncryptionKey = keyEncryptionKey;
    this.#randomBytes = randomBytes;
  }

  readonly wrap = (privateKey: Uint8Array, context: readonly string[]): Uint8Array => {
    const nonce = this.#randomBytes(NONCE_OCTETS);
    const cipher = createCipheriv(CIPHER, this.#keyEncryptionKey, nonce);
    cipher.setAAD(associatedOctets(context));
    const sealed = Buffer.concat([cipher.update(privateKey), cipher.final()]);
    return Buffer.concat([Buffer.of(FORM), nonce, sealed, cipher.getAuthTag()]);
  };

  /** @throws where the seal, the context or the key-encryption key is another one */
  readonly unwrap = (wrapped: Uint8Array, context: readonly string[]): Uint8Array => {
    if (wrapped[0] !== FORM) throw new Error('a sealed key is of an unknown form');
    const nonce = wrapped.subarray(1, 1 + NONCE_OCTETS);
    const decipher = createDecipheriv(CIPHER, this.#keyEncryptionKey, nonce, {
      authTagLength: TAG_OCTETS,
    });
    decipher.setAAD(associatedOctets(context));
    decipher.setAuthTag(wrapped.subarray(-TAG_OCTETS));
    const sealed = wrapped.subarray(1 + NONCE_OCTETS, -TAG_OCTETS);
    const opened = decipher.update(sealed);
    try {
      return Buffer.concat([opened, decipher.final()]);
    } catch (cause) {
      throw new Error('it was sealed under another key-encryption key, or changed', { cause });
    }
  };
}

/** JSON keeps `["a","bc"]` and `["ab","c"]` apart. */
function associatedOctets(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context), 'utf8');
}
