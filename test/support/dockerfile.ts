import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** What an image would hold and run: `root` stands for its `/`. */
export interface Image {
  readonly root: string;
  readonly workingFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly words: readonly string[];
  readonly text: string;
}

interface Build {
  readonly contextFolder: string;
  /** The names at the top of the context that `.dockerignore` lets through. */
  readonly admitted: ReadonlySet<string>;
  /** The folder that stands for each stage's `/`. */
  readonly rootOf: (stage: string) => string;
}

type Step = (image: Image, instruction: Instruction, build: Build) => Image;

const FLAG = /^--/;
/** What npm has fetched before it need not fetch again; what it lacks it still does. */
const FROM_CACHE = { ...process.env, npm_config_prefer_offline: 'true' };

/** What each instruction does to the image; one that is not here stops the test. */
const STEPS: Readonly<Record<string, Step>> = {
  WORKDIR: (image, { text }) => {
    mkdirSync(join(image.root, text), { recursive: true });
    return { ...image, workingFolder: join(image.root, text) };
  },
  COPY: (image, instruction, build) => {
    copy(image, instruction, build);
    return image;
  },
  RUN: (image, { text }) => {
    execFileSync('sh', ['-ec', text], { cwd: image.workingFolder, stdio: 'pipe', env: FROM_CACHE });
    return image;
  },
  ENV: (image, { words }) => {
    const added = words.map((word) => word.split('=', 2) as [string, string]);
    return { ...image, environment: { ...image.environment, ...Object.fromEntries(added) } };
  },
  USER: (image, { text }) => ({ ...image, user: text }),
  CMD: (image, { text }) => ({ ...image, command: JSON.parse(text) as string[] }),
  EXPOSE: (image) => image,
  VOLUME: (image) => image,
};

/**
 * Does in folders what `docker build` does in layers, on this machine instead of the base image:
 * each stage gets a folder under `folder` for its `/`. Knows no more of Dockerfiles than ours has.
 */
export function layOutImage(contextFolder: string, file: string, folder: string): Image {
  const admitted = admittedNames(readFileSync(join(contextFolder, '.dockerignore'), 'utf8'));
  const rootOf = (stage: string) => join(folder, stage);
  const build = { contextFolder, admitted, rootOf };
  return instructionsOf(readFileSync(join(contextFolder, file), 'utf8')).reduce(
    (image, instruction) => {
      if (instruction.name === 'FROM') return emptyImage(rootOf(instruction.words[2] ?? 'image'));
      const step = STEPS[instruction.name];
      if (!step) throw new Error(`${file}: ${instruction.name} is not known to this test`);
      return step(image, instruction, build);
    },
    emptyImage(rootOf('none')),
  );
}

function emptyImage(root: string): Image {
  mkdirSync(root, { recursive: true });
  return { root, workingFolder: root, environment: {}, user: '', command: [] };
}

function instructionsOf(dockerfile: string): readonly Instruction[] {
  return significantLines(dockerfile.replaceAll('\\\n', ' ')).map((line) => {
    const [name = '', ...words] = line.split(/\s+/);
    return { name, words, text: line.slice(name.length).trim() };
  });
}

/** Ours lets nothing through but what it names, and the test understands no other form. */
function admittedNames(dockerignore: string): ReadonlySet<string> {
  const [first, ...exceptions] = significantLines(dockerignore);
  if (first !== '*' || exceptions.some((line) => !/^![\w.-]+$/.test(line))) {
    throw new Error('.dockerignore is not `*` and then one `!name` a line');
  }
  return new Set(exceptions.map((line) => line.slice(1)));
}

function significantLines(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** A folder's contents are copied, not the folder; a target that ends with a slash is one to copy into. */
function copy(image: Image, { words }: Instruction, build: Build): void {
  const paths = words.filter((word) => !FLAG.test(word));
  const target = paths.at(-1) ?? '';
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  for (const path of paths.slice(0, -1)) {
    const into = inImage(image, target.endsWith('/') ? join(target, basename(path)) : target);
    if (stage) moveFrom(join(build.rootOf(stage), path), into);
    else cpSync(admittedPath(path, build), into, { recursive: true });
  }
}

/** Moved, because node_modules takes long to copy and nothing asks for it again. */
function moveFrom(source: string, into: string): void {
  mkdirSync(dirname(into), { recursive: true });
  renameSync(source, into);
}

function inImage({ root, workingFolder }: Image, path: string): string {
  return path.startsWith('/') ? join(root, path) : resolve(workingFolder, path);
}

function admittedPath(path: string, { contextFolder, admitted }: Build): string {
  const source = join(contextFolder, path);
  if (!admitted.has(path) || !existsSync(source)) {
    throw new Error(`COPY ${path}: the builder does not get it`);
  }
  return source;
}
