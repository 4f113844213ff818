/**
 * Flaws of RSA moduli that can be seen without their factors. Keys of the broken Debian generator
 * (CVE-2008-0166) are not among them: they are told by lists of all of them only.
 */

/** Primes below this bound divide a modulus only by mistake, or on purpose (CA/B BR §6.1.6). */
const SMALL_PRIME_BOUND = 752;
/** The primes by which the fingerprint is taken (Nemec et al., The Return of Coppersmith's Attack, 2017). */
const LAST_ROCA_PRIME = 167;
/** Every prime that the faulty generator makes is a power of this number, modulo each of those primes. */
const ROCA_GENERATOR = 65_537;
/** CA/B BR §6.1.1.3. */
const FERMAT_ROUNDS = 100;

const SMALL_PRIMES = primesBelow(SMALL_PRIME_BOUND);
const PRODUCT = SMALL_PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);
const ROCA_TESTS = SMALL_PRIMES.filter((prime) => prime > 2 && prime <= LAST_ROCA_PRIME).map(
  (prime) => ({ prime, powers: powersOf(ROCA_GENERATOR, prime) }),
);

/** What makes `modulus`, big-endian, easy to factor, as a sentence without its subject; `undefined` when nothing is seen. */
export function rsaWeakness(modulus: Uint8Array): string | undefined {
  const number = BigInt(`0x${Buffer.from(modulus).toString('hex')}`);
  // One long division, and many short ones of what it leaves.
  const rest = number % PRODUCT;
  const remainder = (prime: number) => Number(rest % BigInt(prime));
  const factor = SMALL_PRIMES.find((prime) => remainder(prime) === 0);
  if (factor !== undefined) return `has an RSA modulus that is divisible by ${factor}`;
  if (ROCA_TESTS.every(({ prime, powers }) => powers.has(remainder(prime)))) {
    return 'has an RSA key that was made by a faulty generator (ROCA, CVE-2017-15361)';
  }
  if (!hasClosePrimes(number)) return undefined;
  return `has an RSA modulus whose primes lie so close together that ${FERMAT_ROUNDS} rounds of Fermat’s method find them`;
}

/** Fermat's method: primes that are close to the square root are found in a few rounds (CVE-2022-26320). */
function hasClosePrimes(modulus: bigint): boolean {
  let mean = squareRoot(modulus);
  if (mean * mean < modulus) mean += 1n;
  let difference = mean * mean - modulus;
  for (let round = 0; round < FERMAT_ROUNDS; round += 1) {
    if (isSquare(difference)) return true;
    difference += 2n * mean + 1n;
    mean += 1n;
  }
  return false;
}

/** Few numbers that are no squares look like one modulo 64. */
function isSquare(number: bigint): boolean {
  if (!SQUARES_MODULO_64.has(Number(number & 63n))) return false;
  const root = squareRoot(number);
  return root * root === number;
}

const SQUARES_MODULO_64 = new Set(Array.from({ length: 64 }, (_, root) => (root * root) % 64));

/** The largest number whose square is not larger; by Newton's method, from above. */
function squareRoot(number: bigint): bigint {
  if (number < 2n) return number;
  const bits = number.toString(16).length * 4;
  let root = 1n << BigInt(Math.ceil(bits / 2));
  for (;;) {
    const next = (root + number / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function primesBelow(bound: number): readonly number[] {
  const primes: number[] = [];
  for (let number = 2; number < bound; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
}

function powersOf(base: number, modulus: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * (base % modulus)) % modulus) {
    powers.add(power);
  }
  return powers;
}
