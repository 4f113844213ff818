/** A setting that cannot be used; the message names it, and one for each further one. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
