import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the programs are built, and what they are given to read. Gone when the tests of a file are over. */
export const folder = mkdtempSync(join(tmpdir(), 'certwright-agreement-'));
after(() => rmSync(folder, { recursive: true }));

const INSTALL = 'bash test/e2e/parts/install';
const sources = import.meta.dirname;
const C_FLAGS = ['-std=gnu17', '-Wall', '-Wextra', '-Werror', '-O1'];
/** CertPathValidator checks no host, and no interface of the JDK gives key identifiers: these classes do. */
const JDK_INTERNALS = ['x509', 'util'].flatMap((name) => [
  '--add-exports',
  `java.base/sun.security.${name}=ALL-UNNAMED`,
]);

const OPENSSL_FILES = ['', '-facts', '-faults', '-pfx', '-verdicts'].map(
  (part) => `openssl${part}.c`,
);
const NSS_FILES = ['nss.c', 'nss-facts.c', 'nss-verdicts.c'];

/** How each of our readers in another language is built; each answers with the command that starts it. */
const builders = {
  openssl: () => compiledC('openssl', [...OPENSSL_FILES, 'paths.c'], 'libcrypto'),
  nss: () => compiledC('nss', [...NSS_FILES, 'paths.c'], 'nss'),
  icu: () => compiledC('icu', ['icu-labels.c'], 'icu-i18n'),
  go: async () => {
    const program = join(folder, 'go-reader');
    await build('go', ['build', '-trimpath', '-o', program, '.'], join(sources, 'go'));
    return [program];
  },
  java: async () => {
    const classes = join(folder, 'java');
    const files = ['Reader', 'CertificateFacts', 'PfxFacts', 'Verdict', 'Json'].map(
      (name) => `java/${name}.java`,
    );
    await build('javac', ['-nowarn', ...JDK_INTERNALS, '-d', classes, ...files], sources);
    return ['java', '-Xshare:auto', ...JDK_INTERNALS, '-cp', classes, 'Reader'];
  },
} as const;

type Language = keyof typeof builders;
const built = new Map<Language, Promise<readonly string[]>>();

/** Gives `input` to a reader of ours in another language; answers with what it writes, line by line. */
export async function askReader(
  language: Language,
  command: readonly string[],
  input: string | Uint8Array,
): Promise<readonly string[]> {
  const building = built.get(language) ?? builders[language]();
  built.set(language, building);
  const [program = '', ...args] = await building;
  const output = await outputOf(program, [...args, ...command], input);
  return output.split('\n').slice(0, -1);
}

/** What a program writes, once it has ended well; where it is absent, how to get it. */
export async function outputOf(
  program: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<string> {
  const { status, output, complaint } = await endOf(program, args, input);
  if (status === 0) return output;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${complaint.slice(-2_000)}`);
}

/** How a program ended, whatever it made of its input. */
export interface Ending {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
}

/** Runs a program to its end, for those whose refusal is an answer. */
export async function endOf(
  program: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Ending> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(missing(program, cause)));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [status, output, complaint] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, output, complaint };
}

/** Dates and words as every reader of text here expects them. */
const environment = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };

async function compiledC(
  name: string,
  files: readonly string[],
  library: string,
): Promise<readonly string[]> {
  const program = join(folder, `${name}-reader`);
  const flags = (await outputOf('pkg-config', ['--cflags', '--libs', library])).trim().split(/\s+/);
  const paths = [...files, 'lines.c'].map((file) => join('c', file));
  await build('gcc', [...C_FLAGS, ...paths, ...flags, '-o', program], sources);
  return [program];
}

async function build(program: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    await run(program, args, { cwd, env: environment });
  } catch (cause) {
    throw missing(program, cause);
  }
}

function missing(program: string, cause: unknown): Error {
  return new Error(`${program} is missing or failed; \`${INSTALL}\` brings what is needed`, {
    cause,
  });
}
