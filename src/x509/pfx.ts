import { createHash, createHmac, type KeyObject } from 'node:crypto';
import {
  bmpString,
  explicit,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  setOf,
} from './der.ts';
import {
  type Encrypted,
  encryptBag,
  PFX_ITERATIONS,
  PFX_SALT_OCTETS,
  type PfxEncryption,
} from './pfx-encryption.ts';
import {
  CERT_BAG,
  DATA,
  ENCRYPTED_DATA,
  FRIENDLY_NAME,
  LOCAL_KEY_ID,
  PKCS8_SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from './pfx-oids.ts';
import { derivePkcs12 } from './pkcs12-kdf.ts';

/** RFC 7292 §4. */
const PFX_VERSION = 3;
/** RFC 2315 §13: EncryptedData's only version. */
const ENCRYPTED_DATA_VERSION = 0;

/** The MAC's digest, its length (which is the MAC key's too, RFC 7292 appendix B.3) and its name. */
const MACS = {
  modern: { digest: 'sha256', size: 32, algorithm: '2.16.840.1.101.3.4.2.1' },
  compat: { digest: 'sha1', size: 20, algorithm: '1.3.14.3.2.26' },
} as const;

/** What goes into a PFX, and how it is locked. */
export interface PfxContents {
  readonly privateKey: KeyObject;
  /** DER, the private key's own first, then each one's issuer. */
  readonly certificates: readonly Uint8Array[];
  /** The empty one is a password as well: algorithms and MAC are the same. */
  readonly password: string;
  readonly encryption: PfxEncryption;
  readonly friendlyName?: string;
  readonly randomBytes: (size: number) => Uint8Array;
}

/**
 * A PFX (RFC 7292) in password privacy and password integrity mode, certificates encrypted too.
 *
 * The certificates stay in the order given, since Application Gateway serves them as they are stored;
 * key and leaf share a localKeyId, by which readers find the pair.
 */
export async function encodePfx(contents: PfxContents): Promise<Buffer> {
  const encrypt = encryptBag[contents.encryption];
  const attributes = leafAttributes(contents);
  const certificates = await encrypt(contents, certificateBags(contents.certificates, attributes));
  const pkcs8 = contents.privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = await encrypt(contents, pkcs8);
  const authenticatedSafe = sequence(
    encryptedContent(certificates),
    content(sequence(keyBag(key, attributes))),
  );
  const mac = await macOf(contents, authenticatedSafe);
  return sequence(integer(PFX_VERSION), content(authenticatedSafe), mac);
}

/** PKCS12Attributes (RFC 7292 §4.2) of the key and of its certificate. */
function leafAttributes({ certificates: [leaf], friendlyName }: PfxContents): Buffer {
  if (!leaf) throw new RangeError('a PFX needs the certificate of its key');
  const localKeyId = createHash('sha1').update(leaf).digest();
  const attributes = [attribute(LOCAL_KEY_ID, octetString(localKeyId))];
  if (friendlyName !== undefined)
    attributes.push(attribute(FRIENDLY_NAME, bmpString(friendlyName)));
  return setOf(...attributes);
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), setOf(value));
}

/** SafeContents of one CertBag each (RFC 7292 §4.2.3); only the leaf has attributes. */
function certificateBags(certificates: readonly Uint8Array[], ofLeaf: Buffer): Buffer {
  const bags = certificates.map((der, index) => {
    const certBag = sequence(oid(X509_CERTIFICATE), explicit(0, octetString(der)));
    return sequence(oid(CERT_BAG), explicit(0, certBag), ...(index === 0 ? [ofLeaf] : []));
  });
  return sequence(...bags);
}

/** RFC 7292 §4.2.2, around an EncryptedPrivateKeyInfo (RFC 5958 §3). */
function keyBag({ algorithm, ciphertext }: Encrypted, attributes: Buffer): Buffer {
  const encryptedKey = sequence(algorithm, octetString(ciphertext));
  return sequence(oid(PKCS8_SHROUDED_KEY_BAG), explicit(0, encryptedKey), attributes);
}

/** ContentInfo of type data (RFC 2315 §8). */
function content(octets: Buffer): Buffer {
  return sequence(oid(DATA), explicit(0, octetString(octets)));
}

/** ContentInfo of type encryptedData (RFC 2315 §13). */
function encryptedContent({ algorithm, ciphertext }: Encrypted): Buffer {
  const encryptedContentInfo = sequence(oid(DATA), algorithm, implicit(0, ciphertext));
  const encryptedData = sequence(integer(ENCRYPTED_DATA_VERSION), encryptedContentInfo);
  return sequence(oid(ENCRYPTED_DATA), explicit(0, encryptedData));
}

/** MacData (RFC 7292 §4) over the octets within the OCTET STRING, without its tag and length. */
async function macOf(contents: PfxContents, authenticatedSafe: Buffer): Promise<Buffer> {
  const { digest, size, algorithm } = MACS[contents.encryption];
  const salt = contents.randomBytes(PFX_SALT_OCTETS);
  const key = await derivePkcs12({
    digest,
    purpose: 'mac',
    password: contents.password,
    salt,
    iterations: PFX_ITERATIONS,
    size,
  });
  const mac = createHmac(digest, key).update(authenticatedSafe).digest();
  const digestInfo = sequence(sequence(oid(algorithm), nullValue()), octetString(mac));
  return sequence(digestInfo, octetString(salt), integer(PFX_ITERATIONS));
}
