import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { RuleFacts } from '../../src/preflight/rule.ts';
import { certificateRules, pathRules } from '../../src/preflight/rules.ts';
import { encodePem } from '../../src/x509/pem.ts';
import { JUDGED_AT } from '../support/hand-made-certificate.ts';
import { root } from '../unit/preflight/broken-files.ts';
import { ruleBreakers } from '../unit/preflight/rule-breakers.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-preflight-'));
after(() => rmSync(folder, { recursive: true }));

/** What it is asked beyond what it asks of every path. */
const PURPOSES: Readonly<Record<string, string>> = {
  'path-purposes-nest': 'sslclient',
  'path-purposes-by-name': 'sslserver',
  'usages-share-a-purpose': 'sslserver',
};

function write(name: string, certificates: readonly Buffer[]): string {
  const path = join(folder, name);
  writeFileSync(path, certificates.map((octets) => encodePem('CERTIFICATE', octets)).join(''));
  return path;
}

/** What `openssl verify` says of a file, at the strictest. */
function verdictOn(id: string): { readonly status: number | null; readonly text: string } {
  const [leaf, ...above] = ruleBreakers[id]?.file ?? [];
  assert.ok(leaf);
  const { status, stdout, stderr } = spawnSync('openssl', [
    ...['verify', '-x509_strict', '-auth_level', '2'],
    ...['-attime', String(JUDGED_AT.getTime() / 1000)],
    ...(id in PURPOSES ? ['-purpose', PURPOSES[id] ?? ''] : []),
    ...['-CAfile', write('root.pem', [root.der]), '-untrusted', write('above.pem', above)],
    write('leaf.pem', [leaf]),
  ]);
  return { status, text: `${stdout}${stderr}` };
}

describe('openssl verify', () => {
  const rules: readonly RuleFacts[] = [...certificateRules, ...pathRules];
  for (const { id, prevents } of rules) {
    if (prevents?.openssl === undefined) continue;
    const words = prevents.openssl;
    it(`says "${words}" of what breaks the rule ${id}`, () => {
      const { status, text } = verdictOn(id);
      assert.notEqual(status, 0);
      assert.ok(text.includes(words), text);
    });
  }
});
