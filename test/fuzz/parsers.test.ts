import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseBody, parseJsonOctets } from '../../api/input.ts';
import { type ImportSource, openImport } from '../../src/authority/import-source.ts';
import { certificationPathOf } from '../../src/bundle/certification-path.ts';
import { preflight } from '../../src/preflight/preflight.ts';
import { CONSUMERS } from '../../src/preflight/rule.ts';
import { Dice } from '../agreement/corpus/dice.ts';
import { mutantPfxFiles } from '../agreement/mutations/mutant-pfx-files.ts';
import { NOW } from '../support/issuance.ts';
import { unlockAtOnce } from '../support/unlock.ts';
import { PASSWORD } from '../unit/x509/hand-made-pfx.ts';
import { bodySchemas, OPERATION_SCHEMAS } from './body-schemas.ts';
import { type CaseKind, keptCases } from './corpus.ts';
import { grantedBy } from './granted.ts';
import { bodied, bodyNearOneOf } from './hostile-bodies.ts';
import { hostilePem, pemSeeds } from './hostile-pem.ts';
import { SEED } from './settings.ts';
import { tryAll } from './try-all.ts';

/** A PFX and an encrypted key say how many iterations their password is worth; a budget bounds all of them together. */
const LOCKED_MS = 15_000;

const opened = (source: ImportSource) => openImport(source, unlockAtOnce);

const seeds = pemSeeds();
const pfx = await mutantPfxFiles(new Dice(SEED));

async function readBody(octets: Buffer): Promise<void> {
  const body = await grantedBy(() => ({ value: parseJsonOctets(octets) }));
  if (!body) return;
  for (const { schema } of bodySchemas) await grantedBy(() => parseBody(schema, body.value));
}

async function readPem(octets: Buffer): Promise<void> {
  const text = octets.toString('utf8');
  for (const consumer of CONSUMERS) await grantedBy(() => preflight(consumer, text, NOW));
  const known = { ownAuthorities: [], publicRoots: [], now: NOW };
  const { privateKey, certificates } = seeds;
  await grantedBy(() => certificationPathOf({ ...known, privateKey, certificates: text }));
  await grantedBy(() => certificationPathOf({ ...known, privateKey: text, certificates }));
  await grantedBy(() => opened({ certificate: text, privateKey }));
  const locked = { certificate: certificates, privateKey: text, password: seeds.password };
  await grantedBy(() => opened(locked), LOCKED_MS);
}

async function readPfx(octets: Buffer): Promise<void> {
  await grantedBy(() => opened({ pfx: octets, password: PASSWORD }), LOCKED_MS);
}

interface Reading {
  readonly what: string;
  readonly kind: CaseKind;
  readonly percent: number;
  readonly cases: fc.Arbitrary<Buffer | Promise<Buffer>>;
  readonly check: (octets: Buffer) => Promise<void>;
}

const READINGS: readonly Reading[] = [
  {
    what: 'body of JSON',
    kind: 'body',
    percent: 18,
    cases: bodyNearOneOf(bodySchemas.flatMap(({ values }) => values)),
    check: readBody,
  },
  { what: 'PEM', kind: 'pem', percent: 5, cases: hostilePem(seeds), check: readPem },
  {
    what: 'PFX',
    kind: 'pfx',
    percent: 3,
    cases: fc.noShrink(fc.nat()).map((seed) => pfx.mutant(new Dice(seed))),
    check: readPfx,
  },
];

describe('whatever is read is taken, or refused with the place at fault, and in no time,', () => {
  for (const { what, kind, percent, cases, check } of READINGS) {
    for (const { name, octets } of keptCases(kind)) {
      it(`as a ${what} that showed something once: ${name}`, () => check(octets));
    }

    it(`as any ${what}`, (test) =>
      tryAll(test, cases, {
        percent,
        kind,
        octetsOf: (octets) => octets,
        check: async (octets) => check(await octets),
      }));
  }

  it('by a schema for each operation that takes JSON', () => {
    const ids = bodied.map(({ operation }) => operation.operationId);
    assert.deepEqual(Object.keys(OPERATION_SCHEMAS).toSorted(), ids.toSorted());
  });
});
