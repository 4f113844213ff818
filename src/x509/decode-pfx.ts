import { DerError } from './der-error.ts';
import { derOfBer } from './der-of-ber.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { type DerivationWork, derivationBudget, type Spend } from './derivation-budget.ts';
import { LockedFileError, wrongPassword } from './locked-file-error.ts';
import {
  type PasswordEncryption,
  readPasswordEncryption,
  type Unlocking,
} from './password-decryption.ts';
import { type Bag, readBags } from './pfx-bags.ts';
import { type PfxMac, readMac } from './pfx-mac.ts';
import { DATA, ENCRYPTED_DATA } from './pfx-oids.ts';

/** A private key in a PFX, as DER of a PrivateKeyInfo (RFC 5958 §2). */
export interface PfxKey {
  readonly privateKeyInfo: Uint8Array;
}

export interface PfxCertificate {
  readonly der: Uint8Array;
}

/** What a PFX holds, in its order. */
export interface DecodedPfx {
  readonly keys: readonly PfxKey[];
  readonly certificates: readonly PfxCertificate[];
}

/** What bounds the work that a PFX asks for. */
export interface PfxTerms {
  readonly signal?: AbortSignal;
  readonly spend?: Spend;
}

/** Twenty certificates with large keys have less; RC2, which runs here, takes half a second a megabyte. */
export const MAX_PFX_OCTETS = 128 * 1024;

/** RFC 7292 §4. */
const PFX_VERSION = 3;
/** RFC 2315 §13. */
const ENCRYPTED_DATA_VERSION = 0;
/** Each may cost a key derivation. */
const MAX_CONTENTS = 20;

/**
 * Opens a PFX (RFC 7292) in password privacy and password integrity mode, as Windows, OpenSSL, Java, NSS and
 * GnuTLS write it. An absent password and an empty one are the same to the caller; both ways in which
 * writers take them are tried.
 *
 * What all of it asks for is counted before any key is derived, but for keys that are encrypted twice, which come
 * once the first encryption is undone. The MAC is verified before anything is opened, and a file without one is refused:
 * who could take the MAC away could change the rest as well.
 *
 * @throws {LockedFileError} and nothing else, whatever the octets are, but for the reason of the signal
 */
export async function decodePfx(
  octets: Uint8Array,
  password: string,
  { signal, spend = derivationBudget() }: PfxTerms = {},
): Promise<DecodedPfx> {
  if (octets.length > MAX_PFX_OCTETS) {
    throw new LockedFileError(`has more than ${MAX_PFX_OCTETS} octets`, { isMalformed: true });
  }
  try {
    const { authenticatedSafe, mac } = readBer(octets, readPfx);
    const contents = readBer(authenticatedSafe, readContents);
    const passwords = password === '' && mac.tellsEmptyFromNone ? ['', null] : [password];
    spend([...passwords.map(() => mac.work), ...contents.flatMap(workOf)]);
    const candidates = passwords.map((candidate) => ({ password: candidate, signal }));
    const unlocking = await unlockingAmong(candidates, mac, authenticatedSafe);
    const bags: Bag[] = [];
    for (const content of contents) bags.push(...(await bagsOf(content, unlocking, spend)));
    return await openedBags(bags, unlocking);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    const detail = octets[0] === TAG.sequence ? `cannot be read (${cause.message})` : 'is no PFX';
    throw new LockedFileError(detail, { cause, isMalformed: true });
  }
}

function readBer<T>(octets: Uint8Array, read: (reader: DerReader) => T): T {
  return readDer(derOfBer(octets), read);
}

function readPfx(reader: DerReader) {
  const pfx = reader.sequence();
  if (pfx.number() !== PFX_VERSION) {
    throw new LockedFileError('is no PFX of version 3', { isMalformed: true });
  }
  const safe = pfx.sequence();
  if (safe.oid() !== DATA) throw new LockedFileError('is protected by a signature, not a password');
  const content = safe.context(0);
  safe.end();
  const authenticatedSafe = content.octetString();
  content.end();
  if (pfx.isAtEnd) {
    const detail = 'has no MAC, which would show that it is whole';
    throw new LockedFileError(detail, { isForOpenssl: true });
  }
  const mac = readMac(pfx);
  pfx.end();
  return { authenticatedSafe, mac };
}

/** The password in the way in which it makes the MAC (RFC 7292 appendix B.1 knows no absent one). */
async function unlockingAmong(
  candidates: readonly Unlocking[],
  mac: PfxMac,
  authenticatedSafe: Uint8Array,
): Promise<Unlocking> {
  for (const unlocking of candidates) {
    if (await mac.verify(authenticatedSafe, unlocking)) return unlocking;
  }
  throw wrongPassword();
}

/** One ContentInfo of the AuthenticatedSafe (RFC 7292 §4.1). */
type Content =
  | { readonly bags: readonly Bag[] }
  | { readonly encryption: PasswordEncryption; readonly ciphertext: Uint8Array };

function workOf(content: Content): readonly DerivationWork[] {
  if ('encryption' in content) return [content.encryption.work];
  return content.bags.flatMap((bag) => ('encryption' in bag ? [bag.encryption.work] : []));
}

function readContents(reader: DerReader): readonly Content[] {
  const safe = reader.sequence();
  const contents: Content[] = [];
  while (!safe.isAtEnd) {
    if (contents.length === MAX_CONTENTS) throw new LockedFileError('has too many parts');
    contents.push(readContent(safe.sequence()));
  }
  return contents;
}

function readContent(info: DerReader): Content {
  const type = info.oid();
  const value = info.context(0);
  info.end();
  if (type !== DATA && type !== ENCRYPTED_DATA) {
    throw new LockedFileError('holds a part that is encrypted for a key, not with a password');
  }
  const content =
    type === DATA ? { bags: readBer(value.octetString(), readBags) } : readEncryptedData(value);
  value.end();
  return content;
}

/** EncryptedData (RFC 2315 §13). */
function readEncryptedData(value: DerReader): Content {
  const data = value.sequence();
  if (data.number() !== ENCRYPTED_DATA_VERSION) throw data.fault('another version');
  const info = data.sequence();
  data.end();
  if (info.oid() !== DATA) throw info.fault('encrypted content of another type');
  const encryption = readPasswordEncryption(info);
  const ciphertext = readEncryptedContent(info);
  info.end();
  return { encryption, ciphertext };
}

/** `[0] IMPLICIT` OCTET STRING, in BER in pieces (X.690 §8.7.3). */
function readEncryptedContent(info: DerReader): Uint8Array {
  if (!info.isNext(CONTEXT_CONSTRUCTED)) return info.contextPrimitive(0);
  const pieces = info.context(0);
  const read: Uint8Array[] = [];
  while (!pieces.isAtEnd) read.push(pieces.octetString());
  return Buffer.concat(read);
}

async function bagsOf(
  content: Content,
  unlocking: Unlocking,
  spend: Spend,
): Promise<readonly Bag[]> {
  if ('bags' in content) return content.bags;
  const safeContents = await content.encryption.decrypt(content.ciphertext, unlocking);
  const bags = readBer(safeContents, readBags);
  spend(workOf({ bags }));
  return bags;
}

async function openedBags(bags: readonly Bag[], unlocking: Unlocking): Promise<DecodedPfx> {
  const keys: PfxKey[] = [];
  const certificates: PfxCertificate[] = [];
  for (const bag of bags) {
    if (bag.kind === 'certificate') {
      certificates.push({ der: bag.der });
    } else if (bag.kind === 'key') {
      keys.push({ privateKeyInfo: bag.privateKeyInfo });
    } else {
      keys.push({ privateKeyInfo: await bag.encryption.decrypt(bag.ciphertext, unlocking) });
    }
  }
  return { keys, certificates };
}
