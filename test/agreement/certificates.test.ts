import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Dice, SEED } from './corpus/dice.ts';
import { generateCertificates } from './corpus/generated-certificates.ts';
import { type CertificateFacts, ourFacts } from './readers/certificate-facts.ts';
import { certtool } from './readers/certtool.ts';
import { certutil } from './readers/certutil.ts';
import { node, peculiar } from './readers/in-process-readers.ts';
import { keytool } from './readers/keytool.ts';
import { pkilint, zlint } from './readers/linters.ts';
import { nativeReaders } from './readers/native-readers.ts';
import { assertAgreement } from './readers/reader.ts';

const CERTIFICATES = 2_000;
const READERS = [...nativeReaders, certutil, keytool, certtool, node, peculiar];
/** Enough to see what is wrong; a fault in a reader shows in hundreds of certificates alike. */
const MAX_SHOWN = 10;

describe(`${CERTIFICATES} certificates of every profile and algorithm (AGREEMENT_SEED=${SEED})`, {
  concurrency: 2,
}, () => {
  let certificates: readonly Uint8Array[] = [];
  let ours: readonly CertificateFacts[] = [];

  before(async () => {
    const generated = await generateCertificates(new Dice(SEED), CERTIFICATES, new Date());
    certificates = generated.map(({ der }) => der);
    ours = certificates.map(ourFacts);
  });

  for (const reader of READERS) {
    it(`say the same to ${reader.name} as to us`, async () => {
      const accounts = await reader.read(certificates.slice(0, reader.sample));
      assertAgreement(reader, ours, accounts);
    });
  }

  for (const { name, lint, explained } of [pkilint, zlint]) {
    it(`have no error for ${name}, apart from those explained`, async () => {
      const findings = await lint(certificates);
      assert.equal(findings.length, ours.length);
      const unexplained = ours.flatMap((facts, index) => {
        const codes = new Set(findings[index]);
        const expected = Object.keys(explained).filter((code) =>
          explained[code]?.isExpected(facts),
        );
        const differing = [...codes.symmetricDifference(new Set(expected))];
        return differing.map((code) => `certificate ${facts.serialNumber}: ${code}`);
      });
      assert.deepEqual(unexplained.slice(0, MAX_SHOWN), []);
    });
  }
});
