import { randomBytes } from 'node:crypto';
import { readSecretFile, type SecretFile } from '../data-folder.ts';
import { KEY_ENCRYPTION_KEY_OCTETS } from './aes-gcm-wrapping.ts';

/** Where a secret is, as its setting says it. */
export interface SecretPlace {
  readonly path: string;
  /** What messages call it. */
  readonly setting: string;
  /** Whether it may be made where there is none: only inside the data folder of a new service. */
  readonly mayMake: boolean;
}

/** A secret that is absent or cannot be used; the message names its setting. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

const TOKEN_OCTETS = 32;
/** What RFC 6750 §2.1 lets a bearer token be, and long enough not to be guessed. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,}=*$/;

/** @throws {SecretFileError} */
export function adminToken(place: SecretPlace): SecretFile<string> {
  const make = () => Buffer.from(`${randomBytes(TOKEN_OCTETS).toString('base64url')}\n`);
  const { content, isReadableByOthers } = found(place, make);
  const token = content.toString('latin1').trim();
  if (TOKEN.test(token)) return { content: token, isReadableByOthers };
  throw unusable(place, 'must hold 16 or more of A-Z, a-z, 0-9, ".", "_", "~", "+", "/", "-"');
}

/** @throws {SecretFileError} */
export function keyEncryptionKey(place: SecretPlace): SecretFile<Uint8Array> {
  const file = found(place, () => randomBytes(KEY_ENCRYPTION_KEY_OCTETS));
  if (file.content.length === KEY_ENCRYPTION_KEY_OCTETS) return file;
  throw unusable(place, `must hold exactly ${KEY_ENCRYPTION_KEY_OCTETS} octets`);
}

function found(place: SecretPlace, make: () => Uint8Array): SecretFile<Buffer> {
  try {
    const file = readSecretFile(place.path, place.mayMake ? make : undefined);
    if (file) return file;
  } catch (cause) {
    throw unusable(place, 'cannot be read or made', cause);
  }
  throw unusable(place, 'does not exist, and is made only inside the data folder of a new service');
}

function unusable({ setting, path }: SecretPlace, rule: string, cause?: unknown): SecretFileError {
  return new SecretFileError(`${setting} (${path}): ${rule}`, { cause });
}
