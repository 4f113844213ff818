import { PkiError } from '../errors.ts';
import { MAX_PATH_LENGTH } from '../issuance/issuer.ts';
import type { Authority, RecordedAuthority } from './authority.ts';
import type { Intake } from './intake.ts';

/** What is to become durable of an authority that comes in; no `intake` where all of it is already. */
export interface Draft {
  readonly authority: Authority;
  readonly intake?: Intake;
}

export interface TakeInDeps {
  readonly listAuthorities: () => Promise<readonly RecordedAuthority[]>;
  /** @throws {PkiError} `name-taken` or `authority-certified` */
  readonly recordIntake: (intake: Intake) => Promise<void>;
}

/** Each time that another request was faster, one authority more of the path is recorded, or the name is. */
const MAX_ATTEMPTS = MAX_PATH_LENGTH + 1;

/**
 * Makes durable what `draw` gives, which judges by the authorities that there are. Others that come in at the same moment
 * may be recorded before it: then it judges again, and takes as parent what is there now, or refuses for what it finds.
 *
 * @throws {PkiError} what `draw` throws; `name-taken` or `authority-certified` where others were faster each time
 */
export async function takeIn(
  { listAuthorities, recordIntake }: TakeInDeps,
  draw: (authorities: readonly RecordedAuthority[]) => Promise<Draft>,
): Promise<Authority> {
  for (let attempt = 1; ; attempt += 1) {
    const { authority, intake } = await draw(await listAuthorities());
    try {
      if (intake) await recordIntake(intake);
      return authority;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isOvertaken(error)) throw error;
    }
  }
}

function isOvertaken(error: unknown): boolean {
  if (!(error instanceof PkiError)) return false;
  return error.code === 'name-taken' || error.code === 'authority-certified';
}
