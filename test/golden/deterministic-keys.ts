import {
  checkPrimeSync,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/*
 * Keys that are the same at every run, and are made at every run: each grows out of a word, so that no
 * private key lies in the repository. They are worth nothing outside these tests.
 */

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A P-256 key pair that grows out of `word`. */
export function ecKeysFrom(word: string): KeyPair {
  const ecdh = createECDH('prime256v1');
  const d = octetsFrom(word, 32);
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(base64url);
  return pairOf({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: base64url(d) });
}

/** An RSA key pair of 2048 bits that grows out of `word`. */
export function rsaKeysFrom(word: string): KeyPair {
  const [p, q] = [primeFrom(`${word} p`), primeFrom(`${word} q`)];
  const e = 65_537n;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const members = Object.entries(numbers).map(([name, value]) => [name, base64url(bytesOf(value))]);
  return pairOf({ kty: 'RSA', ...(Object.fromEntries(members) as Record<string, string>) });
}

function pairOf(key: JsonWebKey): KeyPair {
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** The next prime after 1024 bits that grow out of `word`, whose highest two bits are set. */
function primeFrom(word: string): bigint {
  const octets = octetsFrom(word, 128);
  octets.writeUInt8(octets.readUInt8(0) | 0xc0, 0);
  let candidate = BigInt(`0x${octets.toString('hex')}`) | 1n;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** SHA-256 over the word and a counter, as often as it takes. */
function octetsFrom(word: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, counter) =>
    createHash('sha256').update(`${word} ${counter}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Euclid's extended algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR, t, nextT] = [modulus, value % modulus, 0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return ((t % modulus) + modulus) % modulus;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}
