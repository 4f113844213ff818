import { Preflight } from './answers.ts';
import { painted } from './screen.ts';
import { type Command, jsonText, targetPath } from './surroundings.ts';

/** Judges what lies at a target's destination now, and prints what its readers would say. */
export const preflight: Command = async ({ ask, screen }, { target, isJson }) => {
  const answer = await ask({ path: `${targetPath(target)}/preflight`, answer: Preflight });
  const { serialNumber, verdict, findings } = answer;
  if (isJson) screen.write(jsonText(answer));
  else {
    const mood = verdict === 'accepted' ? 'good' : 'bad';
    screen.write(
      `${target}: ${painted(screen, mood, verdict)} (${serialNumber ?? 'no certificate'})\n`,
    );
    for (const { rule, severity, detail, prevents, source } of findings) {
      const words = prevents === undefined ? '' : `\n    prevents: ${prevents}`;
      screen.write(`  ${severity} ${rule}: ${detail}${words}\n    source: ${source}\n`);
    }
  }
  return verdict === 'accepted' ? 0 : 1;
};
