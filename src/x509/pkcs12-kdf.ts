import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** What the derived octets are for (RFC 7292 appendix B.3); each gives a different value. */
const PURPOSE_IDS = { key: 1, iv: 2, mac: 3 } as const;

/** The blocks on which each digest works (`v` of RFC 7292 appendix B.2). */
const BLOCK_OCTETS = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 } as const;

/** About a millisecond of hashing, after which other work gets its turn. */
const ITERATIONS_A_TURN = 500;

export interface Pkcs12Derivation {
  readonly digest: keyof typeof BLOCK_OCTETS;
  readonly purpose: keyof typeof PURPOSE_IDS;
  /** `null`: no octets at all, which some writers take where there is no password. */
  readonly password: string | null;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** How many octets are wanted. */
  readonly size: number;
  /** Ends it at its next turn, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The key derivation that PKCS #12 has for itself (RFC 7292 appendix B.2); it has no other use.
 *
 * Node offers no native one, so it hashes here, in short turns that leave the event loop free.
 */
export async function derivePkcs12(derivation: Pkcs12Derivation): Promise<Buffer> {
  const { digest, purpose, password, salt, size } = derivation;
  const blockOctets = BLOCK_OCTETS[digest];
  const diversifier = Buffer.alloc(blockOctets, PURPOSE_IDS[purpose]);
  const input = Buffer.concat([
    filled(salt, blockOctets),
    filled(passwordOctets(password), blockOctets),
  ]);
  let derived = Buffer.alloc(0);
  while (derived.length < size) {
    const block = await hashed(Buffer.concat([diversifier, input]), derivation);
    derived = Buffer.concat([derived, block]);
    addToEachBlock(input, Buffer.alloc(blockOctets, block));
  }
  return derived.subarray(0, size);
}

/** A BMPString with its two terminating zero octets, which are all there is of an empty password (§B.1). */
function passwordOctets(password: string | null): Buffer {
  return password === null ? Buffer.alloc(0) : Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** `octets` repeated, and cut off at the end of the block in which they first end. */
function filled(octets: Uint8Array, blockOctets: number): Buffer {
  return Buffer.alloc(Math.ceil(octets.length / blockOctets) * blockOctets, octets);
}

async function hashed(
  octets: Buffer,
  { digest, iterations, signal }: Pkcs12Derivation,
): Promise<Buffer> {
  let result = hash(digest, octets, 'buffer');
  for (let done = 1; done < iterations; done += 1) {
    if (done % ITERATIONS_A_TURN === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    result = hash(digest, result, 'buffer');
  }
  return result;
}

/** Each block of `input`, as a big-endian number, becomes itself + `addend` + 1, cut to its size. */
function addToEachBlock(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1;
    for (let index = addend.length - 1; index >= 0; index -= 1) {
      const sum = (input[start + index] ?? 0) + (addend[index] ?? 0) + carry;
      input[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
