import type { Violation } from '../src/errors.ts';

/** A setting that cannot be used; the message names it, and one for each further one. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** What is wrong with members of the settings file, each with its place. */
export function settingsFaults(
  violations: readonly Violation[],
  placeOf: (pointer: string) => string,
): SettingsError {
  const lines = violations.map(({ pointer, detail }) => `${placeOf(pointer)}: ${detail}`);
  return new SettingsError(lines.join('\n'));
}
