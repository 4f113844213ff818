import files, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Called before every file operation, with its name; what it throws is what the operation throws, and what it awaits it waits for. */
export type Interceptor = (operation: string) => unknown;

const OPERATIONS = [
  'access',
  'chmod',
  'lstat',
  'mkdir',
  'open',
  'readdir',
  'readlink',
  'realpath',
  'rename',
  'rm',
  'stat',
  'symlink',
] as const;
const HANDLE_OPERATIONS = ['chmod', 'chown', 'read', 'stat', 'sync', 'writeFile'] as const;

type Operation = (...values: readonly unknown[]) => Promise<unknown>;
type Operations = Record<string, Operation>;

/** Runs `work` with every file operation of this process announced to `before`. */
export async function interceptingFiles<T>(
  before: Interceptor,
  work: () => Promise<T>,
): Promise<T> {
  const table = files as unknown as Operations;
  const originals = OPERATIONS.map((name) => [name, table[name]] as const);
  for (const [name, original] of originals) {
    table[name] = async (...values) => {
      await before(name);
      const result = await original?.(...values);
      return name === 'open' ? announcing(result as FileHandle, before) : result;
    };
  }
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    for (const [name, original] of originals) if (original) table[name] = original;
    syncBuiltinESMExports();
  }
}

function announcing(handle: FileHandle, before: Interceptor): FileHandle {
  const table = handle as unknown as Operations;
  for (const name of HANDLE_OPERATIONS) {
    const original = table[name]?.bind(handle);
    table[name] = async (...values) => {
      try {
        await before(name);
      } catch (failure) {
        // Whoever dies while writing may have written half of it.
        if (name === 'writeFile') await original?.(String(values[0]).slice(0, 5));
        throw failure;
      }
      return original?.(...values);
    };
  }
  return handle;
}

/** An error as the operating system's own. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: from a test`), { code, syscall: 'test' });
}
