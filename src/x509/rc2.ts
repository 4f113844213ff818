/** RFC 2268 §2, PITABLE. */
const PI_TABLE = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);
const KEY_OCTETS = 128;
const BLOCK_OCTETS = 8;
/** The words of the expanded key that a whole decryption uses up, from the last one down. */
const LAST_KEY_WORD = 63;
/** By how many bits each word of a block is rotated. */
const ROTATIONS = [1, 2, 3, 5] as const;
/** Mixing rounds, from the end of an encryption: a mashing round comes before the second and third lot. */
const MIXING_ROUNDS = [5, 6, 5] as const;

/**
 * Decrypts RC2 in CBC mode (RFC 2268), with as many effective bits as `key` has; the padding stays.
 *
 * It protects nothing, and nothing is encrypted with it here: PFX files of Windows and Java, and those of
 * `openssl pkcs12 -legacy`, hide their certificates with it, and Node has no such cipher.
 */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Buffer {
  const words = expandedKey(key);
  const plaintext = Buffer.alloc(ciphertext.length);
  let previous = iv;
  for (let at = 0; at + BLOCK_OCTETS <= ciphertext.length; at += BLOCK_OCTETS) {
    const block = ciphertext.subarray(at, at + BLOCK_OCTETS);
    const decrypted = decryptedBlock(words, block);
    for (const [index, octet] of decrypted.entries()) {
      plaintext[at + index] = octet ^ (previous[index] ?? 0);
    }
    previous = block;
  }
  return plaintext;
}

/** RFC 2268 §2; the effective bits are a whole number of octets, so that its mask TM is 255. */
function expandedKey(key: Uint8Array): Uint16Array {
  const octets = new Uint8Array(KEY_OCTETS);
  const at = (index: number) => octets[index] ?? 0;
  octets.set(key);
  for (let index = key.length; index < KEY_OCTETS; index += 1) {
    octets[index] = permuted(at(index - 1) + at(index - key.length));
  }
  octets[KEY_OCTETS - key.length] = permuted(at(KEY_OCTETS - key.length));
  for (let index = KEY_OCTETS - key.length - 1; index >= 0; index -= 1) {
    octets[index] = permuted(at(index + 1) ^ at(index + key.length));
  }
  return Uint16Array.from(
    { length: KEY_OCTETS / 2 },
    (_, word) => at(2 * word) + 256 * at(2 * word + 1),
  );
}

function permuted(octet: number): number {
  return PI_TABLE[octet & 0xff] ?? 0;
}

/** RFC 2268 §4: the mixing and mashing rounds of an encryption, undone from the last one on. */
function decryptedBlock(key: Uint16Array, block: Uint8Array): Buffer {
  const input = Buffer.from(block);
  const words = Uint16Array.from([0, 1, 2, 3], (word) => input.readUInt16LE(2 * word));
  let keyWord = LAST_KEY_WORD;
  for (const [lot, rounds] of MIXING_ROUNDS.entries()) {
    if (lot > 0) unmash(words, key);
    for (let round = 0; round < rounds; round += 1) {
      unmix(words, key, keyWord);
      keyWord -= words.length;
    }
  }
  const output = Buffer.alloc(BLOCK_OCTETS);
  for (const [index, word] of words.entries()) output.writeUInt16LE(word, 2 * index);
  return output;
}

function unmix(words: Uint16Array, key: Uint16Array, lastKeyWord: number): void {
  for (let index = 3; index >= 0; index -= 1) {
    const before = words[(index - 1) & 3] ?? 0;
    const others =
      (before & (words[(index - 2) & 3] ?? 0)) + (~before & (words[(index - 3) & 3] ?? 0));
    const rotation = ROTATIONS[index] ?? 0;
    const word = words[index] ?? 0;
    const rotated = (word >>> rotation) | (word << (16 - rotation));
    words[index] = rotated - (key[lastKeyWord - (3 - index)] ?? 0) - others;
  }
}

function unmash(words: Uint16Array, key: Uint16Array): void {
  for (let index = 3; index >= 0; index -= 1) {
    const before = words[(index - 1) & 3] ?? 0;
    words[index] = (words[index] ?? 0) - (key[before & LAST_KEY_WORD] ?? 0);
  }
}
