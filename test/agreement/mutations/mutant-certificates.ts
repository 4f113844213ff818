import { PkiError } from '../../../src/errors.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import type { Dice } from '../corpus/dice.ts';
import { generateCertificates } from '../corpus/generated-certificates.ts';
import { type ExplainedAcceptance, type MutantKind, OTHER_EXTENSIONS } from './mutant-kind.ts';
import { mutated } from './mutate.ts';

const SEEDS = 120;
/** What is read says nothing about today. */
const NOW = new Date('2026-06-15T12:00:00Z');

const KEY: ExplainedAcceptance = {
  why: 'a certificate is read without its key, which whoever uses it imports and judges',
  example: 'a-key-that-is-none.der',
  isFault: (fault) => fault === 'key',
};

/** Certificates of every profile and algorithm, and what decodes them. */
export async function mutantCertificates(dice: Dice): Promise<MutantKind> {
  const generated = await generateCertificates(dice, SEEDS, NOW);
  const seeds = generated.map(({ der }) => Buffer.from(der));
  return {
    name: 'certificate',
    mutant: (throws) => mutated(throws, throws.of(seeds), throws.of(seeds)),
    read: decodeCertificate,
    reasonOf: (error) =>
      error instanceof PkiError && error.code === 'request-malformed' ? error.message : undefined,
    accepted: [KEY, OTHER_EXTENSIONS],
  };
}
