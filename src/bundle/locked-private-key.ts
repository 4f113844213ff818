import { createPrivateKey, type KeyObject } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { decryptPrivateKey } from '../x509/encrypted-private-key.ts';
import { LockedFileError } from '../x509/locked-file-error.ts';
import {
  assertBounded,
  type KeyTerms,
  keyInBlock,
  onlyKeyBlock,
  provenKey,
} from './private-key.ts';
import type { Unlock } from './unlocking-turns.ts';

/** A private key as somebody else's tool wrote it, and what opens it. */
export interface LockedPrivateKey {
  /** PEM; encrypted or not. */
  readonly privateKey: string;
  readonly password: string | undefined;
}

/** RFC 7468 §11. */
const ENCRYPTED_LABEL = 'ENCRYPTED PRIVATE KEY';

/**
 * A key in the form of RFC 1421 §4.6, which older tools write: OpenSSL turns its password into a key by
 * one MD5, so that it can be opened without a bound on the work.
 */
const OLD_BLOCK =
  /-----BEGIN (RSA|EC) PRIVATE KEY-----\r?\nProc-Type: *4,ENCRYPTED\r?\n[^-]*(?:-(?!----)[^-]*)*-----END \1 PRIVATE KEY-----/;
const ANY_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g;

/**
 * The one private key of a PEM text, opened with its password where it has one.
 *
 * @throws {PkiError} `private-key-locked`, or `request-malformed` for what is no key of use
 */
export async function openPrivateKey(
  { privateKey: text, password }: LockedPrivateKey,
  terms: KeyTerms,
  unlock: Unlock,
): Promise<KeyObject> {
  assertBounded(text, terms.pointer);
  const [oldBlock] = OLD_BLOCK.exec(text) ?? [];
  const isAlone = text.match(ANY_KEY)?.length === 1;
  if (oldBlock !== undefined && isAlone) {
    const key = openedOldBlock(oldBlock, needed(password));
    return provenKey(() => key, terms);
  }
  const block = onlyKeyBlock(text, terms.pointer);
  if (block.label === ENCRYPTED_LABEL) {
    const der = await openedBlock(block.der, needed(password), unlock).catch((error: unknown) => {
      throw lockedRefusal(error, { what: 'the private key', pointer: terms.pointer });
    });
    return keyInBlock({ label: 'PRIVATE KEY', der }, terms);
  }
  if (password === undefined) return keyInBlock(block, terms);
  throw locked('/password', 'the private key has no password');
}

/**
 * The commands by which openssl writes anew what it reads and we do not. By way of a file: where the certificates stand
 * before the key, openssl finds the key in no pipe.
 */
const CURES = {
  'the PFX':
    'openssl pkcs12 -in old.pfx -passin env:PW -noenc -legacy -out all.pem && openssl pkcs12 -export -in all.pem -passout env:PW -out new.pfx; rm all.pem',
  'the private key':
    'openssl pkcs8 -topk8 -in old.key -passin env:PW -passout env:PW -provider legacy -provider default -out new.key',
} as const;

/** A refusal in place of what a locked file throws; any other error comes back as it is. */
export function lockedRefusal(
  error: unknown,
  { what, pointer }: { readonly what: keyof typeof CURES; readonly pointer: string },
): unknown {
  if (!(error instanceof LockedFileError)) return error;
  if (error.isPasswordWrong) return locked('/password', error.message, error);
  const cure = `; openssl writes it anew, with its password in the environment as PW: ${CURES[what]}`;
  const detail = `${what} ${error.message}${error.isForOpenssl ? cure : ''}`;
  return error.isMalformed ? malformed(pointer, detail, error) : locked(pointer, detail, error);
}

function openedBlock(der: Uint8Array, password: string, unlock: Unlock): Promise<Buffer> {
  return unlock((signal) => decryptPrivateKey(der, { password, signal }));
}

function needed(password: string | undefined): string {
  if (password !== undefined) return password;
  throw locked('/password', 'is needed: the private key is encrypted');
}

function openedOldBlock(pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch (cause) {
    throw locked('/password', 'the password does not open it, or it is damaged', cause);
  }
}

function locked(pointer: string, detail: string, cause?: unknown): PkiError {
  return new PkiError('private-key-locked', detail, { cause, violations: [{ pointer, detail }] });
}

function malformed(pointer: string, detail: string, cause: unknown): PkiError {
  return new PkiError('request-malformed', detail, { cause, violations: [{ pointer, detail }] });
}
