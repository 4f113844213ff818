import { before, describe, it } from 'node:test';
import { Dice, SEED } from './corpus/dice.ts';
import { type GeneratedPfx, generatePfxFiles } from './pfx/generated-pfx-files.ts';
import { pfxReaders } from './pfx/pfx-readers.ts';
import { assertAgreement } from './readers/reader.ts';

describe(`PFX files of every key algorithm, encryption and kind of password (AGREEMENT_SEED=${SEED})`, {
  concurrency: 2,
}, () => {
  let files: readonly GeneratedPfx[] = [];

  before(async () => {
    files = await generatePfxFiles(new Dice(SEED), new Date());
  });

  for (const reader of pfxReaders) {
    it(`hold for ${reader.name} what went in`, async () => {
      const accounts = await reader.read(files.slice(0, reader.sample));
      const facts = files.map((file) => file.facts);
      assertAgreement(reader, facts, accounts);
    });
  }
});
