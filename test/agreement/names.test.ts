import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { toUnicode } from 'tr46';
import { dnsNameFormFault } from '../../src/issuance/dns-name.ts';
import { homographFault } from '../../src/issuance/homograph.ts';
import { isBidiSafe, readLabel } from '../../src/issuance/idna.ts';
import { realPart } from '../e2e/rig/real-part.ts';
import { Dice, SEED } from './corpus/dice.ts';
import { allegedALabel, host, label } from './corpus/random-hosts.ts';
import { askReader, outputOf } from './readers/programs.ts';

const HOSTS = 20_000;
const MAX_SHOWN = 10;
const LAST_CODE_POINT = 0x10_ffff;

/** Every character beyond ASCII that the engine's Unicode has. */
const CHARACTERS = Array.from({ length: LAST_CODE_POINT - 0x7f }, (_, index) =>
  String.fromCodePoint(0x80 + index),
).filter((character) => !/[\p{Cn}\p{Cs}\p{Co}]/u.test(character));

/** A host by IDNA2008 alone, homographs among them: as A-labels, or `undefined` where it is none. */
function written(name: string): string | undefined {
  if (dnsNameFormFault(name) !== undefined) return undefined;
  const labels = name.split('.').map(readLabel);
  const aLabels = labels.flatMap((read) => ('fault' in read ? [] : [read.aLabel]));
  const uLabels = labels.flatMap((read) => ('fault' in read ? [] : [read.uLabel]));
  return aLabels.length === labels.length && isBidiSafe(uLabels) ? aLabels.join('.') : undefined;
}

interface PythonAnswer {
  /** The name as A-labels, where it is one. */
  readonly name?: string;
  /** Whether the Unicode of this Python has all of its characters. */
  readonly isKnown: boolean;
}

/** Python's idna, of the same names. */
async function askPython(names: readonly string[]): Promise<readonly PythonAnswer[]> {
  const program = join(import.meta.dirname, 'readers', 'python', 'idna_reader.py');
  const input = names.map((name) => `${JSON.stringify(name)}\n`).join('');
  const output = await outputOf(join(realPart('idna'), 'bin', 'python'), [program], input);
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PythonAnswer);
}

/** Why the two may differ, and where. */
const EXPLAINED: Readonly<
  Record<string, (uLabels: readonly string[], answer: PythonAnswer) => boolean>
> = {
  'idna knows a newer Unicode than the engine, and we refuse what that lacks': (
    uLabels,
    { name },
  ) => name !== undefined && /\p{Cn}/u.test(uLabels.join('')),
  'Python knows an older Unicode, and has no direction for what that lacks': (
    _,
    { name, isKnown },
  ) => name === undefined && !isKnown,
  'idna judges directions label by label, and RFC 5893 §2 the whole name': (uLabels, { name }) =>
    name !== undefined && !isBidiSafe(uLabels) && uLabels.every((one) => isBidiSafe([one])),
};

/** The labels in Unicode, those that are none as tr46 decodes them. */
function uLabelsOf(name: string): readonly string[] {
  return name.split('.').map((one) => toUnicode(one).domain);
}

/** Asserts that we and Python judge alike, but for the reasons that are explained. */
async function assertAgreement(names: readonly string[]): Promise<void> {
  const answers = await askPython(names);
  assert.equal(answers.length, names.length);
  const unexplained = names.filter((name, index) => {
    const answer = answers[index] ?? { isKnown: true };
    if (written(name) === answer.name) return false;
    const uLabels = uLabelsOf(name);
    return !Object.values(EXPLAINED).some((isReason) => isReason(uLabels, answer));
  });
  assert.deepEqual(
    unexplained.slice(0, MAX_SHOWN).map((name) => JSON.stringify(name)),
    [],
  );
  assert.ok(answers.filter(({ name }) => name !== undefined).length > names.length / 50);
}

describe(`hosts beyond ASCII (AGREEMENT_SEED=${SEED})`, () => {
  const dice = new Dice(SEED);

  it('are names to us where they are to Python’s idna, and the same', async () => {
    await assertAgreement(Array.from({ length: HOSTS }, () => host(dice)));
  });

  it('that begin as A-labels do are names where they are to it', async () => {
    await assertAgreement(Array.from({ length: HOSTS }, () => allegedALabel(dice)));
  });

  it('of one character are names where they are to it, whatever the character', async () => {
    await assertAgreement(CHARACTERS);
    await assertAgreement(CHARACTERS.filter((one) => /\p{M}/u.test(one)).map((mark) => `a${mark}`));
  });
});

interface IcuAnswer {
  /** Whether its Unicode has all of the label's characters. */
  readonly isKnown: boolean;
  /** Whether UAX #31 recommends all of the label's scripts. */
  readonly isRecommended: boolean;
  /** Whether the label is highly restricted, as UTS #39 §5.2 has it. */
  readonly isRestricted: boolean;
  /** What all labels have that look like it (UTS #39 §4). */
  readonly skeleton: string;
}

/** Letters that some language of today writes its words with, and 〇 where no Latin letter stands beside it. */
const NO_HOMOGRAPH = /[æœıǀǁɣɩʋ]|^[^a-z]*〇[^a-z]*$/u;
/** What belonged to all scripts in ICU's Unicode, and does so no more (Script_Extensions). */
const LESS_SHARED = /[\u0300-\u036f\u1cfa\ua9cf]/u;

describe(`labels beyond ASCII (AGREEMENT_SEED=${SEED})`, () => {
  const dice = new Dice(SEED);
  const labels: string[] = [];
  const answers: IcuAnswer[] = [];

  before(async () => {
    const made = new Set([...CHARACTERS, ...Array.from({ length: HOSTS }, () => label(dice))]);
    const names = [...made].filter((one) => 'uLabel' in readLabel(one) && /\P{ASCII}/u.test(one));
    const lines = await askReader('icu', [], names.map((one) => `${one}\n`).join(''));
    for (const [index, line] of lines.entries()) {
      const answer = JSON.parse(line) as IcuAnswer;
      if (!answer.isKnown) continue;
      labels.push(names[index] ?? '');
      answers.push(answer);
    }
    assert.equal(lines.length, names.length);
  });

  it('mix no scripts to us where they mix none to ICU, and are in use', () => {
    const differing = labels.filter((one, index) => {
      const isOne = answers[index]?.isRestricted === true && answers[index].isRecommended;
      return /mixes|script/.test(homographFault(one) ?? '') === isOne && !LESS_SHARED.test(one);
    });
    assert.deepEqual(differing.slice(0, MAX_SHOWN), []);
  });

  it('that ICU takes for ASCII are refused', () => {
    const taken = labels.filter((one, index) => {
      const isAscii = /^[A-Za-z0-9-]+$/.test(answers[index]?.skeleton ?? '');
      return isAscii && !NO_HOMOGRAPH.test(one) && homographFault(one) === undefined;
    });
    assert.deepEqual(taken.slice(0, MAX_SHOWN), []);
  });
});
