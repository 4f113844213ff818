import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { derivationBudget } from './derivation-budget.ts';
import { LockedFileError, wrongPassword } from './locked-file-error.ts';
import {
  type PasswordEncryption,
  readPasswordEncryption,
  type Unlocking,
} from './password-decryption.ts';

/** A private key that a password protects (RFC 5958 §3), in a PFX or on its own. */
export interface EncryptedPrivateKey {
  readonly encryption: PasswordEncryption;
  readonly ciphertext: Uint8Array;
}

export function readEncryptedPrivateKey(reader: DerReader): EncryptedPrivateKey {
  const encrypted = reader.sequence();
  const encryption = readPasswordEncryption(encrypted);
  const ciphertext = encrypted.octetString();
  encrypted.end();
  return { encryption, ciphertext };
}

/**
 * The PrivateKeyInfo in an EncryptedPrivateKeyInfo. Node would read one as well, but in one go: whoever
 * sends a key that asks for a thousand million iterations could stop the service with it.
 *
 * @throws {LockedFileError} and nothing else, whatever the octets are, but for the reason of the signal
 */
export async function decryptPrivateKey(der: Uint8Array, unlocking: Unlocking): Promise<Buffer> {
  const { encryption, ciphertext } = readOrRefuse(() => readDer(der, readEncryptedPrivateKey));
  derivationBudget()([encryption.work]);
  const privateKeyInfo = await encryption.decrypt(ciphertext, unlocking);
  // One wrong password in 256 leaves what looks like padding.
  if (!isOneValue(privateKeyInfo)) throw wrongPassword();
  return privateKeyInfo;
}

function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    const detail = `is no encrypted key in DER (${cause.message})`;
    throw new LockedFileError(detail, { cause, isMalformed: true });
  }
}

function isOneValue(octets: Uint8Array): boolean {
  try {
    return readDer(octets, (reader) => readAny(reader).length > 0);
  } catch {
    return false;
  }
}
