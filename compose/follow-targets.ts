import { settingsFaults } from '../config/settings-error.ts';
import type { DeclaredSettings } from '../config.ts';
import { PkiError } from '../src/errors.ts';
import { type FollowFileDeps, followFile } from '../src/rotation/follow-file.ts';
import { explained } from './explained.ts';

/**
 * Makes the targets of the settings file what it says.
 *
 * @throws {SettingsError} naming the lines of those that could never be rotated
 */
export async function followTargets(
  deps: FollowFileDeps,
  { rotationTargets, placeOf }: Pick<DeclaredSettings, 'rotationTargets' | 'placeOf'>,
): Promise<void> {
  try {
    await explained('PKI_CONFIG_FILE', followFile(deps, rotationTargets));
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof PkiError) || cause.violations.length === 0) throw error;
    throw settingsFaults(
      cause.violations.map(({ pointer, detail }) => {
        return { pointer: `/rotationTargets${pointer}`, detail };
      }),
      placeOf,
    );
  }
}
