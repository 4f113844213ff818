import { readFileSync } from 'node:fs';

/** One block of the README's tour, as bash runs it. */
export interface TourBlock {
  readonly step: string;
  readonly script: string;
}

const README = new URL('../../README.md', import.meta.url);
const BLOCK = /^<!-- tour: (.+) -->\n```sh\n([\s\S]*?)^```$/gm;

/** The README's tour in its order; the step is what the comment before the block calls it. */
export function tourBlocks(): readonly TourBlock[] {
  const blocks = readFileSync(README, 'utf8').matchAll(BLOCK);
  return [...blocks].map(([, step = '', script = '']) => ({ step, script }));
}

/** `script` with other values in its assignments, each of which must be a line of its own. */
export function withVariables(script: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    const assignment = new RegExp(`^${name}=.*$`, 'm');
    if (!assignment.test(text)) throw new Error(`the README's tour assigns no ${name}`);
    return text.replace(assignment, () => `${name}='${value}'`);
  }, script);
}
