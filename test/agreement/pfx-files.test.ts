import { before, describe, it } from 'node:test';
import { Dice, SEED } from './corpus/dice.ts';
import { type GeneratedPfx, generatePfxFiles } from './pfx/generated-pfx-files.ts';
import { pfxReaders } from './pfx/pfx-readers.ts';
import { assertAgreement } from './readers/reader.ts';

/** Each takes thirty thousand iterations to write, and as many for every reader. */
const FILES = 140;

describe(`${FILES} PFX files of every algorithm and encryption (AGREEMENT_SEED=${SEED})`, {
  concurrency: 2,
}, () => {
  let files: readonly GeneratedPfx[] = [];

  before(async () => {
    files = await generatePfxFiles(new Dice(SEED), FILES, new Date());
  });

  for (const reader of pfxReaders) {
    it(`hold for ${reader.name} what went in`, async () => {
      const accounts = await reader.read(files.slice(0, reader.sample));
      const facts = files.map((file) => file.facts);
      assertAgreement(reader, facts, accounts);
    });
  }
});
