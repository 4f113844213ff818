import { DerError } from './der-error.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { derivationBudget, type Spend } from './derivation-budget.ts';
import { LockedFileError, wrongPassword } from './locked-file-error.ts';
import { type Decrypt, readPasswordEncryption, type Unlocking } from './password-decryption.ts';
import { type Bag, readBags } from './pfx-bags.ts';
import { readMac, type VerifyMac } from './pfx-mac.ts';
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

/** Twenty certificates with large keys have less; RC2, which runs here, takes half a second a megabyte. */
export const MAX_PFX_OCTETS = 128 * 1024;

/** RFC 7292 §4. */
const PFX_VERSION = 3;
/** RFC 2315 §13. */
const ENCRYPTED_DATA_VERSION = 0;
/** Each may cost a key derivation. */
const MAX_CONTENTS = 20;

const CURE =
  'openssl writes it anew: openssl pkcs12 -in old.pfx -nodes -legacy | openssl pkcs12 -export -out new.pfx';

/**
 * Opens a PFX (RFC 7292) in password privacy and password integrity mode, as Windows, OpenSSL, Java and
 * GnuTLS write it. An absent password and an empty one are the same to the caller; both ways in which
 * writers take them are tried.
 *
 * The MAC is verified before anything inside is read, and a file without one is refused: who could take
 * the MAC away could change the rest as well. BER is refused too, with its cure.
 * `spend` is told of every derivation before it is made, and throws where it is too much.
 *
 * @throws {LockedFileError} and nothing else, whatever the octets are
 */
export async function decodePfx(
  octets: Uint8Array,
  password: string,
  spend: Spend = derivationBudget(),
): Promise<DecodedPfx> {
  if (octets.length > MAX_PFX_OCTETS) {
    throw new LockedFileError(`a PFX has at most ${MAX_PFX_OCTETS} octets`);
  }
  try {
    const { authenticatedSafe, verifyMac } = readDer(octets, readPfx);
    const unlocking = await unlockingOf(password, { authenticatedSafe, verifyMac, spend });
    const contents = readDer(authenticatedSafe, readContents);
    const bags: Bag[] = [];
    for (const content of contents) bags.push(...(await bagsOf(content, unlocking)));
    return await openedBags(bags, unlocking);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    const isSequence = octets[0] === 0x30;
    const detail = isSequence ? `is not DER (${cause.message}); ${CURE}` : 'is no PFX';
    throw new LockedFileError(detail, { cause, isMalformed: true });
  }
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
  if (pfx.isAtEnd)
    throw new LockedFileError(`has no MAC, which would show that it is whole; ${CURE}`);
  const verifyMac = readMac(pfx);
  pfx.end();
  return { authenticatedSafe, verifyMac };
}

/** The password in the way in which it makes the MAC (RFC 7292 appendix B.1 knows no absent one). */
async function unlockingOf(
  password: string,
  file: {
    readonly authenticatedSafe: Uint8Array;
    readonly verifyMac: VerifyMac;
    readonly spend: Spend;
  },
): Promise<Unlocking> {
  const { authenticatedSafe, verifyMac, spend } = file;
  for (const candidate of password === '' ? ['', null] : [password]) {
    const unlocking = { password: candidate, spend };
    if (await verifyMac(authenticatedSafe, unlocking)) return unlocking;
  }
  throw wrongPassword();
}

/** One ContentInfo of the AuthenticatedSafe (RFC 7292 §4.1). */
interface Content {
  readonly octets: Uint8Array;
  readonly decrypt: Decrypt | undefined;
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
    type === DATA ? { octets: value.octetString(), decrypt: undefined } : readEncryptedData(value);
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
  const decrypt = readPasswordEncryption(info);
  const octets = info.contextPrimitive(0);
  info.end();
  return { octets, decrypt };
}

async function bagsOf({ octets, decrypt }: Content, unlocking: Unlocking): Promise<readonly Bag[]> {
  const safeContents = decrypt ? await decrypt(octets, unlocking) : octets;
  return readDer(safeContents, readBags);
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
      keys.push({ privateKeyInfo: await bag.decrypt(bag.ciphertext, unlocking) });
    }
  }
  return { keys, certificates };
}
