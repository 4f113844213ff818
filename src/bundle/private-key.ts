import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { decodePem, type PemBlock } from '../x509/pem.ts';
import { keyObstacle } from './key-obstacle.ts';

/** Where in the request a private key stands, and which are of use. */
export interface KeyTerms {
  /** JSON Pointer. */
  readonly pointer: string;
  /** What stands against a key, as a sentence without its subject. */
  readonly keyFault: (key: KeyObject) => string | undefined;
}

const FOR_A_PFX: KeyTerms = {
  pointer: '/privateKey',
  keyFault: keyObstacle,
};

/** Room for RSA-8192 in PKCS#8 (about 6.5 KiB) and the remarks that tools write above a key. */
const MAX_TEXT_CHARACTERS = 32 * 1024;

/**
 * What Node calls the contents of each label (RFC 7468 §10, RFC 8017 appendix A.1.2, RFC 5915 §4);
 * OpenSSL goes by the contents themselves where a tool has mislabelled them.
 */
const KEY_TYPES: ReadonlyMap<string, 'pkcs8' | 'pkcs1' | 'sec1'> = new Map([
  ['PRIVATE KEY', 'pkcs8'],
  ['RSA PRIVATE KEY', 'pkcs1'],
  ['EC PRIVATE KEY', 'sec1'],
] as const);

/** What the labels of all keys end with, encrypted ones too. */
const KEY_LABEL = 'PRIVATE KEY';

/** `openssl ecparam -genkey` writes the curve's name in a block of its own above the key. */
const EC_PARAMETERS = 'EC PARAMETERS';

/** RFC 7468 §11, and the header of RFC 1421 that older PEM keys carry. */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4,ENCRYPTED/m;

/**
 * The one private key of a PEM text from elsewhere: RSA, EC or Ed25519, in PKCS#8, PKCS#1 or SEC1, proven
 * to work by a signature, since a file can pair a public half with somebody else's private one.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong at `/privateKey`
 */
export function parsePrivateKey(text: string): KeyObject {
  const { pointer } = FOR_A_PFX;
  assertBounded(text, pointer);
  if (ENCRYPTED.test(text)) {
    throw malformedKey(pointer, 'the private key is encrypted; send it decrypted, over TLS');
  }
  return keyInBlock(onlyKeyBlock(text, pointer), FOR_A_PFX);
}

/** @throws {PkiError} `request-malformed` for a text that is longer than any key's */
export function assertBounded(text: string, pointer: string): void {
  if (text.length <= MAX_TEXT_CHARACTERS) return;
  throw malformedKey(pointer, `a private key has at most ${MAX_TEXT_CHARACTERS} characters`);
}

/** @throws {PkiError} `request-malformed` for a text that does not hold exactly one key */
export function onlyKeyBlock(text: string, pointer: string): PemBlock {
  const blocks = attempted(() => decodePem(text));
  if (!blocks) throw malformedKey(pointer, 'a PEM block is cut off or is not Base64');
  const [block, ...others] = blocks.filter(({ label }) => label !== EC_PARAMETERS);
  if (!block) throw malformedKey(pointer, 'there is no PEM private key');
  if (others.length === 0) return block;
  const stranger = [block, ...others].find(({ label }) => !label.endsWith(KEY_LABEL));
  if (!stranger) throw malformedKey(pointer, 'there is more than one private key in the text');
  const detail = `a PEM block "${stranger.label}" stands beside the private key, where none belongs`;
  throw malformedKey(pointer, detail);
}

/** @throws {PkiError} `request-malformed` for a block without a key, and for what stands against the key */
export function keyInBlock({ label, der }: PemBlock, terms: KeyTerms): KeyObject {
  const type = KEY_TYPES.get(label);
  if (!type) throw malformedKey(terms.pointer, `a PEM block "${label}" is not a private key`);
  return provenKey(() => createPrivateKey({ key: der, format: 'der', type }), terms);
}

/**
 * The key that `load` gives, judged, and proven to work.
 *
 * @throws {PkiError} `request-malformed`
 */
export function provenKey(load: () => KeyObject, { pointer, keyFault }: KeyTerms): KeyObject {
  const key = attempted(load);
  if (!key) throw malformedKey(pointer, 'the private key cannot be read');
  const fault = keyFault(key);
  if (fault !== undefined) throw malformedKey(pointer, `the private key ${fault}`);
  if (attempted(() => signsWhatItVerifies(key))) return key;
  throw malformedKey(pointer, 'the private key does not fit its own public half');
}

function signsWhatItVerifies(key: KeyObject): boolean {
  const probe = Buffer.from('the private half fits the public one');
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(hash, probe, createPublicKey(key), sign(hash, probe, key));
}

/** What `attempt` gives, or `undefined` where it throws: whatever it says, the key is at fault. */
function attempted<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

function malformedKey(pointer: string, detail: string): PkiError {
  return new PkiError('request-malformed', detail, { violations: [{ pointer, detail }] });
}
