import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { decodePem, type PemBlock } from '../x509/pem.ts';
import { keyObstacle } from './key-obstacle.ts';

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

/** `openssl ecparam -genkey` writes the curve's name in a block of its own above the key. */
const EC_PARAMETERS = 'EC PARAMETERS';

/** RFC 7468 §11, and the header of RFC 1421 that older PEM keys carry. */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4,ENCRYPTED/m;

/**
 * The one private key of a PEM text from elsewhere: RSA or EC, in PKCS#8, PKCS#1 or SEC1, proven to
 * work by a signature, since a file can pair a public half with somebody else's private one.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong at `/privateKey`
 */
export function parsePrivateKey(text: string): KeyObject {
  const { label, der } = onlyKeyBlock(text);
  const type = KEY_TYPES.get(label);
  if (!type) throw malformed(`a PEM block "${label}" is not a private key`);
  const key = attempted(() => createPrivateKey({ key: der, format: 'der', type }));
  if (!key) throw malformed('the private key cannot be read');
  const obstacle = keyObstacle(key);
  if (obstacle) throw malformed(`the private key ${obstacle}`);
  if (!attempted(() => signsWhatItVerifies(key))) {
    throw malformed('the private key does not fit its own public half');
  }
  return key;
}

function onlyKeyBlock(text: string): PemBlock {
  if (text.length > MAX_TEXT_CHARACTERS) {
    throw malformed(`a private key has at most ${MAX_TEXT_CHARACTERS} characters`);
  }
  if (ENCRYPTED.test(text)) {
    throw malformed('the private key is encrypted; send it decrypted, over TLS');
  }
  const blocks = attempted(() => decodePem(text));
  if (!blocks) throw malformed('a PEM block is cut off or is not Base64');
  const [block, ...others] = blocks.filter(({ label }) => label !== EC_PARAMETERS);
  if (!block) throw malformed('there is no PEM private key');
  if (others.length > 0) throw malformed('there is more than one private key in the text');
  return block;
}

function signsWhatItVerifies(key: KeyObject): boolean {
  const probe = Buffer.from('the private half fits the public one');
  return verify('sha256', probe, createPublicKey(key), sign('sha256', probe, key));
}

/** What `attempt` gives, or `undefined` where it throws: whatever it says, the key is at fault. */
function attempted<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

function malformed(detail: string): PkiError {
  return new PkiError('request-malformed', detail, {
    violations: [{ pointer: '/privateKey', detail }],
  });
}
