import { createPublicKey, type KeyObject } from 'node:crypto';
import { makePfx, type PfxRequest } from '../../../src/bundle/pfx.ts';
import { KEY_ALGORITHMS } from '../../../src/certificate.ts';
import { keyAlgorithmOf, subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import { PFX_ENCRYPTIONS } from '../../../src/x509/pfx-encryption.ts';
import type { Dice } from '../corpus/dice.ts';
import { generateCertificates } from '../corpus/generated-certificates.ts';
import { text } from '../corpus/random-names.ts';
import { type PfxFacts, sha256Of } from './pfx-facts.ts';

/** A PFX and its password, and what went in. */
export interface GeneratedPfx {
  readonly pfx: Buffer;
  readonly password: string;
  readonly facts: PfxFacts;
}

/** Of the seven algorithms each some, with the authorities', of which no PFX is made. */
const CERTIFICATES = 300;
/** Each of its characters has two octets in the file, and three in UTF-8. */
const EAST_ASIAN = '東京都';
const MAX_PASSWORD = 128;
const PRINTABLE = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index));

/** Made up here, empty, and of whatever length a caller may choose. */
const PASSWORDS: readonly ((dice: Dice) => string | undefined)[] = [
  () => undefined,
  () => '',
  (dice) => printable(dice, 1),
  (dice) => printable(dice, 2 + dice.below(20)),
  (dice) => printable(dice, MAX_PASSWORD),
];

/**
 * A PFX of every key algorithm, encryption and kind of password, as this service makes them. Each of the
 * three goes its own round, and since no two have a length in common, the rounds meet in every way.
 */
export async function generatePfxFiles(dice: Dice, now: Date): Promise<readonly GeneratedPfx[]> {
  const leaves = await leavesByAlgorithm(dice, now);
  const files: GeneratedPfx[] = [];
  const count = KEY_ALGORITHMS.length * PFX_ENCRYPTIONS.length * PASSWORDS.length;
  for (let turn = 0; turn < count; turn += 1) {
    const leaf = dice.of(leaves.get(inTurn(KEY_ALGORITHMS, turn)) ?? []);
    const encryption = inTurn(PFX_ENCRYPTIONS, turn);
    const password = inTurn(PASSWORDS, turn)(dice);
    files.push(await generatePfx(dice, leaf, { encryption, password }));
  }
  return files;
}

function inTurn<T>(choices: readonly T[], turn: number): T {
  const chosen = choices[turn % choices.length];
  if (chosen === undefined) throw new RangeError('there is nothing to choose from');
  return chosen;
}

interface Leaf {
  readonly path: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

async function leavesByAlgorithm(
  dice: Dice,
  now: Date,
): Promise<ReadonlyMap<string, readonly Leaf[]>> {
  const generated = await generateCertificates(dice, CERTIFICATES, now);
  const leaves = generated.flatMap(({ path, privateKey }) =>
    privateKey ? [{ path, privateKey }] : [],
  );
  return Map.groupBy(leaves, ({ privateKey }) => algorithmOf(createPublicKey(privateKey)));
}

async function generatePfx(
  dice: Dice,
  { path, privateKey }: Leaf,
  lock: Pick<PfxRequest, 'encryption' | 'password'>,
): Promise<GeneratedPfx> {
  const friendlyName = dice.chance(60) ? dice.of([text(dice), EAST_ASIAN]) : undefined;
  const { pfx, password } = await makePfx(
    { randomBytes: (size) => dice.octets(size) },
    {
      ...{ privateKey, certificates: path, ...lock },
      ...(friendlyName === undefined ? {} : { friendlyName }),
    },
  );
  const publicKey = createPublicKey(privateKey);
  const facts = {
    keyAlgorithm: algorithmOf(publicKey),
    publicKey: sha256Of(subjectPublicKeyInfoOf(publicKey)),
    certificates: path.map(sha256Of),
    friendlyName: friendlyName ?? '',
  };
  return { pfx, password, facts };
}

function algorithmOf(publicKey: KeyObject): string {
  return keyAlgorithmOf(publicKey) ?? 'unknown';
}

function printable(dice: Dice, length: number): string {
  return dice.several(length, length, () => dice.of(PRINTABLE)).join('');
}
