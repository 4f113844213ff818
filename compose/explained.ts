import { SettingsError } from '../config/settings-error.ts';

/** Says which setting a failure comes from. */
export async function explained<T>(setting: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`${setting}: ${reason}`, { cause });
  }
}
