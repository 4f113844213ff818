import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `parts/install` puts step-ca, its version in its name. */
export const STEP_CA_PROGRAM = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'certwright',
  `step-ca-${stepCaVersion()}`,
);

/** A comparison with nobody is none: throws for the first real part that is not here. */
export function assertPartsInstalled(): void {
  const missing = [
    ...['wrk', 'cfssl'].filter((program) => spawnSync(program).error !== undefined),
    ...[STEP_CA_PROGRAM].filter((program) => !existsSync(program)),
  ];
  if (missing.length === 0) return;
  throw new Error(`${missing.join(', ')} missing: run \`bash test/bench/parts/install\` first`);
}

function stepCaVersion(): string {
  const versions = readFileSync(new URL('parts/versions', import.meta.url), 'utf8');
  return /^STEP_CA_VERSION=(.+)$/m.exec(versions)?.[1] ?? '';
}
