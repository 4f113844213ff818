import { PkiError } from '../../src/errors.ts';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this service has no right to'],
  ['EDQUOT', 'its quota is used up'],
  ['EIO', 'the disk reports an error'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  ['ENOENT', 'something in it vanished meanwhile'],
  ['ENOTEMPTY', 'somebody else has changed it meanwhile'],
  ['EEXIST', 'somebody else has changed it meanwhile'],
  ['ENOTDIR', 'somebody else has changed it meanwhile'],
  ['ENOSPC', 'no space is left'],
  ['EPERM', 'this service has no right to'],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * A failed file operation as `target-unavailable`, in words that name only the directory which the
 * user has named; anything that the operating system did not say is passed on as it is.
 */
export function fileFailure(error: unknown, path: string): unknown {
  const code = systemCodeOf(error);
  if (code === undefined) return error;
  return unavailable(path, `cannot be used: ${REASONS.get(code) ?? code}`, error);
}

/** The operating system's name for a failure, such as `ENOENT`; `undefined` for any other error. */
export function systemCodeOf(error: unknown): string | undefined {
  const isSystems = error instanceof Error && 'syscall' in error && 'code' in error;
  return isSystems && typeof error.code === 'string' ? error.code : undefined;
}

/** The directory that the user has named, and what is wrong with it. */
export function unavailable(path: string, fault: string, cause?: unknown): PkiError {
  return new PkiError('target-unavailable', `directory "${path}" ${fault}`, { cause });
}
