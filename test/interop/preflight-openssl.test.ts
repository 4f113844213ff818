import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { preflight } from '../../src/preflight/preflight.ts';
import type { RuleFacts } from '../../src/preflight/rule.ts';
import { certificateRules, pathRules } from '../../src/preflight/rules.ts';
import * as der from '../../src/x509/der.ts';
import { BASIC_CONSTRAINTS } from '../../src/x509/oids.ts';
import { encodePem } from '../../src/x509/pem.ts';
import {
  critical,
  extensionValue,
  handMadeCertificate,
  JUDGED_AT,
} from '../support/hand-made-certificate.ts';
import { issuing, root } from '../unit/preflight/broken-files.ts';
import { ruleBreakers } from '../unit/preflight/rule-breakers.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-preflight-'));
after(() => rmSync(folder, { recursive: true }));

/** What it is asked beyond what it asks of every path. */
const PURPOSES: Readonly<Record<string, string>> = {
  'path-purposes-nest': 'sslclient',
  'path-purposes-by-name': 'sslserver',
  'usages-share-a-purpose': 'sslserver',
  'openssl-any-purpose': 'sslserver',
};

interface Verdict {
  readonly status: number | null;
  readonly text: string;
}

function write(name: string, certificates: readonly Buffer[]): string {
  const path = join(folder, name);
  writeFileSync(path, certificates.map((octets) => encodePem('CERTIFICATE', octets)).join(''));
  return path;
}

/** What `openssl verify` says of a file, at the strictest. */
function verdictOn(id: string, file = ruleBreakers[id]?.file ?? []): Verdict {
  const [leaf, ...above] = file;
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

  it('takes an authority at the head of a path for an end entity, and so does preflight', async () => {
    const extensions = { [BASIC_CONSTRAINTS]: critical(extensionValue(der.boolean(true))) };
    const file = [handMadeCertificate({ issuer: issuing, extensions }).der, issuing.der, root.der];
    const { status, text } = verdictOn('usages-share-a-purpose', file);
    assert.equal(status, 0, text);
    const pem = file.map((octets) => encodePem('CERTIFICATE', octets)).join('');
    for (const consumer of ['openssl', 'go', 'java', 'envoy'] as const) {
      const { findings } = await preflight(consumer, pem, JUDGED_AT);
      assert.deepEqual(findings, [], consumer);
    }
    const { findings } = await preflight('rfc5280', pem, JUDGED_AT);
    assert.deepEqual(
      findings.map(({ rule: { id } }) => id),
      ['authority-cert-sign'],
    );
  });
});
