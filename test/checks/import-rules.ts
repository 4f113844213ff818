import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Plants one fault for each import rule and demands that dependency-cruiser reports it: a checker
 * that has stopped reading TypeScript says "no violations" as well.
 */
const FAULTS: readonly { readonly folder: string; readonly rule: string; readonly text: string }[] =
  [
    {
      folder: 'src',
      rule: 'src-imports-neither-api-nor-storage',
      text: "export { managementApp } from '../../api/app.ts';\n",
    },
    {
      folder: 'src',
      rule: 'src-knows-no-http-sql-kubernetes-files-or-schedule',
      text: "export { readFile } from 'node:fs/promises';\n",
    },
    {
      folder: 'api',
      rule: 'api-imports-no-storage',
      text: "export { openDatabase } from '../../storage/database/open-database.ts';\n",
    },
    {
      folder: 'api/commands',
      rule: 'commands-speak-http',
      text: "export { managementApp } from '../../app.ts';\n",
    },
    {
      folder: 'api',
      rule: 'nothing-needs-commands',
      text: "export { spanWords } from '../commands/span-words.ts';\n",
    },
    {
      folder: 'storage',
      rule: 'storage-imports-no-api',
      text: "export { managementApp } from '../../api/app.ts';\n",
    },
    {
      folder: 'src/x509',
      rule: 'not-to-dev-dependency',
      text: "export { X509Certificate } from '@peculiar/x509';\n",
    },
    {
      folder: 'test/support/restated-policy',
      rule: 'policy-is-restated-by-itself',
      text: "export { certified } from '../../outside-authority.ts';\n",
    },
  ];

const missed = FAULTS.filter(({ folder, rule, text }) => !isReported(folder, rule, text));
for (const { folder, rule } of missed) {
  console.error(`A planted fault in ${folder}/ was not reported by the rule ${rule}.`);
}
if (missed.length > 0) process.exitCode = 1;
else console.log(`${FAULTS.length} planted faults were all reported.`);

function isReported(folder: string, rule: string, text: string): boolean {
  const planted = mkdtempSync(join(folder, 'planted-fault-'));
  try {
    writeFileSync(join(planted, 'fault.ts'), text);
    const { status, stdout } = spawnSync(
      'depcruise',
      ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', planted],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    return status !== 0 && stdout.includes(rule) && stdout.includes(basename(planted));
  } finally {
    rmSync(planted, { recursive: true });
  }
}
