import { createPublicKey, type KeyObject } from 'node:crypto';
import { makePfx } from '../../../src/bundle/pfx.ts';
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

/** The authorities come first among generated certificates, and no PFX is made of one. */
const AUTHORITIES = 35;
/** Each of its characters has two octets in the file, and three in UTF-8. */
const EAST_ASIAN = '東京都';
const MAX_PASSWORD = 128;
const PRINTABLE = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index));

/** `count` PFX files of every key algorithm, encryption and length of path, as this service makes them. */
export async function generatePfxFiles(
  dice: Dice,
  count: number,
  now: Date,
): Promise<readonly GeneratedPfx[]> {
  const generated = await generateCertificates(dice, AUTHORITIES + count, now);
  const files: GeneratedPfx[] = [];
  for (const { path, privateKey } of generated.slice(AUTHORITIES)) {
    if (privateKey) files.push(await generatePfx(dice, path, privateKey));
  }
  return takingTurns(files);
}

/** A file of each key algorithm, then another of each, so that the first few have them all. */
function takingTurns(files: readonly GeneratedPfx[]): readonly GeneratedPfx[] {
  const turns = new Map<string, number>();
  const turnOf = ({ facts: { keyAlgorithm } }: GeneratedPfx) => {
    const turn = turns.get(keyAlgorithm) ?? 0;
    turns.set(keyAlgorithm, turn + 1);
    return turn;
  };
  return files
    .map((file) => ({ file, turn: turnOf(file) }))
    .toSorted((one, other) => one.turn - other.turn)
    .map(({ file }) => file);
}

async function generatePfx(
  dice: Dice,
  path: readonly Uint8Array[],
  privateKey: KeyObject,
): Promise<GeneratedPfx> {
  const friendlyName = dice.chance(60) ? dice.of([text(dice), EAST_ASIAN]) : undefined;
  const { pfx, password } = await makePfx(
    { randomBytes: (size) => dice.octets(size) },
    {
      privateKey,
      certificates: path,
      password: somePassword(dice),
      encryption: dice.of(PFX_ENCRYPTIONS),
      ...(friendlyName === undefined ? {} : { friendlyName }),
    },
  );
  const publicKey = createPublicKey(privateKey);
  const facts = {
    keyAlgorithm: keyAlgorithmOf(publicKey) ?? 'unknown',
    publicKey: sha256Of(subjectPublicKeyInfoOf(publicKey)),
    certificates: path.map(sha256Of),
    friendlyName: friendlyName ?? '',
  };
  return { pfx, password, facts };
}

/** Made up here, empty, or any that a caller may choose. */
function somePassword(dice: Dice): string | undefined {
  if (dice.chance(30)) return undefined;
  if (dice.chance(20)) return '';
  const length = dice.chance(10) ? MAX_PASSWORD : 1 + dice.below(20);
  return dice.several(length, length, () => dice.of(PRINTABLE)).join('');
}
