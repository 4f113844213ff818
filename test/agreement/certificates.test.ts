import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { CLIENT_AUTH, OCSP_SIGNING, SERVER_AUTH } from '../../src/x509/oids.ts';
import { Dice, SEED } from './corpus/dice.ts';
import {
  type GeneratedCertificate,
  generateCertificates,
} from './corpus/generated-certificates.ts';
import { type CertificateFacts, ourFacts } from './readers/certificate-facts.ts';
import { certtool } from './readers/certtool.ts';
import { certutil } from './readers/certutil.ts';
import { node, peculiar } from './readers/in-process-readers.ts';
import { keytool } from './readers/keytool.ts';
import { type Finding, type Linter, linters } from './readers/linters.ts';
import { nativeReaders } from './readers/native-readers.ts';
import { assertAgreement } from './readers/reader.ts';
import { nativeJudges } from './violations/judges/native-judges.ts';
import type { AskedPath } from './violations/path-case.ts';

const CERTIFICATES = 2_000;
const NOW = new Date();
const PURPOSES = { server: SERVER_AUTH, client: CLIENT_AUTH, ocsp: OCSP_SIGNING } as const;
/** Those that know every algorithm which is issued. */
const JUDGES = nativeJudges.filter(({ name }) => name !== 'NSS');
const READERS = [...nativeReaders, certutil, keytool, certtool, node, peculiar];
/** Enough to see what is wrong; a fault in a reader shows in hundreds of certificates alike. */
const MAX_SHOWN = 10;

describe(`${CERTIFICATES} certificates of every profile and algorithm (AGREEMENT_SEED=${SEED})`, {
  concurrency: 2,
}, () => {
  let generated: readonly GeneratedCertificate[] = [];
  let certificates: readonly Uint8Array[] = [];
  let ours: readonly CertificateFacts[] = [];

  before(async () => {
    generated = await generateCertificates(new Dice(SEED), CERTIFICATES, NOW);
    certificates = generated.map(({ der }) => der);
    ours = certificates.map(ourFacts);
  });

  for (const reader of READERS) {
    it(`say the same to ${reader.name} as to us`, async () => {
      const accounts = await reader.read(certificates.slice(0, reader.sample));
      assertAgreement(reader, ours, accounts);
    });
  }

  for (const { name, judge } of JUDGES) {
    it(`lead to their roots for ${name}, at its strictest`, async () => {
      const paths = generated.map((one, index) => asked(one, ours[index]?.extKeyUsage ?? []));
      const said = await judge(paths, NOW);
      const refused = said.flatMap((why, index) =>
        why === '' ? [] : [`${ours[index]?.serialNumber}: ${why}`],
      );
      assert.equal(said.length, paths.length);
      assert.deepEqual(refused.slice(0, MAX_SHOWN), []);
    });
  }

  for (const linter of linters) {
    it(`have the errors and warnings for ${linter.name} that are explained, and no others`, async () => {
      const findings = await linter.lint(certificates);
      assert.equal(findings.length, ours.length);
      const unexplained = ours.flatMap((facts, index) =>
        differingErrors(linter, facts, findings[index] ?? []).map(
          (code) => `certificate ${facts.serialNumber}: ${code}`,
        ),
      );
      assert.deepEqual(unexplained.slice(0, MAX_SHOWN), []);
      assert.deepEqual(codesOf('warning', findings.flat()), new Set(Object.keys(linter.warnings)));
      assert.deepEqual(codesOf('error', findings.flat()), new Set(Object.keys(linter.errors)));
    });
  }
});

it('the findings that are explained are those of the decision about them', () => {
  const page = readFileSync(
    new URL('../../docs/decisions/0015-linter-findings.md', import.meta.url),
    'utf8',
  );
  const listed = page.split('\n').filter((line) => /^\| (?:pkilint|zlint) /.test(line));
  assert.deepEqual(listed, linters.flatMap(rowsOf));
});

/** As it stands in the decision. */
function rowsOf({ name, errors, warnings }: Linter): readonly string[] {
  const explained = [
    ...Object.entries(errors).map(([code, { why }]) => [code, 'error', why]),
    ...Object.entries(warnings).map(([code, why]) => [code, 'warning', why]),
  ];
  return explained.map(
    ([code, severity, why]) => `| ${name} | \`${code}\` | ${severity} | ${why} |`,
  );
}

/** Errors that are not explained, and explained ones that are not there. */
function differingErrors(
  { errors }: Linter,
  facts: CertificateFacts,
  findings: readonly Finding[],
): readonly string[] {
  const expected = Object.entries(errors).flatMap(([code, { isExpected }]) =>
    isExpected(facts) ? [code] : [],
  );
  return [...codesOf('error', findings).symmetricDifference(new Set(expected))];
}

function codesOf(severity: Finding['severity'], findings: readonly Finding[]): Set<string> {
  return new Set(findings.flatMap((one) => (one.severity === severity ? [one.code] : [])));
}

/** For the first purpose that it has; an authority for any. */
function asked({ path }: GeneratedCertificate, purposes: readonly string[]): AskedPath {
  const [purpose = 'any'] = Object.entries(PURPOSES).flatMap(([name, id]) =>
    purposes.includes(id) ? [name as AskedPath['purpose']] : [],
  );
  const certificates = path.map((der) => Buffer.from(der));
  return { path: certificates, trusted: certificates.at(-1) ?? Buffer.alloc(0), purpose };
}
