import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { preflight } from '../../../src/preflight/preflight.ts';
import { CONSUMERS } from '../../../src/preflight/rule.ts';
import {
  certificateRules,
  deliveryRules,
  pathRules,
  placeRules,
  requestRules,
  targetRules,
} from '../../../src/preflight/rules.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { JUDGED_AT } from '../../support/hand-made-certificate.ts';
import { allRules, preflightRulesPage } from '../../support/preflight-rules-page.ts';
import { ruleBreakers } from './rule-breakers.ts';

function pemOf(id: string, file: readonly Buffer[]): string {
  const isRequest = id === 'proof-of-possession' || id.startsWith('request-');
  const label = isRequest ? 'CERTIFICATE REQUEST' : 'CERTIFICATE';
  return file.map((octets) => encodePem(label, octets)).join('');
}

describe('the list of rules', () => {
  it('has for every rule an id, whom it speaks for, what it asks and where that is written', () => {
    for (const [id, { consumers, requirement, source }] of allRules) {
      assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.ok(consumers.length > 0 && consumers.every((one) => CONSUMERS.includes(one)), id);
      assert.match(requirement, /^\w.*\.$/, id);
      assert.match(source, /\S/, id);
    }
  });

  it('calls no two rules by one id', () => {
    const lists = [
      certificateRules,
      requestRules,
      pathRules,
      targetRules,
      placeRules,
      deliveryRules,
    ];
    for (const list of lists) {
      const ids = list.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    }
  });

  it('speaks for every consumer', () => {
    const spoken = new Set([...allRules.values()].flatMap(({ consumers }) => consumers));
    assert.deepEqual(new Set(CONSUMERS).difference(spoken), new Set());
  });

  it('is on its page in docs/', () => {
    const page = new URL('../../../docs/preflight-rules.md', import.meta.url);
    assert.equal(readFileSync(page, 'utf8'), preflightRulesPage());
  });

  it('quotes consumers for whom a rule speaks, and no others', () => {
    for (const { id, consumers, prevents = {} } of allRules.values()) {
      const quoted = Object.keys(prevents);
      assert.ok(
        quoted.every((name) => consumers.some((one) => one === name)),
        id,
      );
    }
  });
});

describe('every rule', () => {
  it('has a file that breaks it', () => {
    const ofPlaces = [...placeRules, ...deliveryRules].map(({ id }) => id);
    const ids = [...allRules.keys()].filter((id) => !ofPlaces.includes(id));
    assert.deepEqual(Object.keys(ruleBreakers).toSorted(), ids.toSorted());
  });

  for (const [id, { file, also = [] }] of Object.entries(ruleBreakers)) {
    it(`${id} is broken, and no other for whomever it speaks`, async () => {
      const rule = allRules.get(id) ?? assert.fail(id);
      for (const consumer of rule.consumers) {
        const { findings, verdict } = await preflight(consumer, pemOf(id, file), JUDGED_AT);
        const companions = also.filter((one) => allRules.get(one)?.consumers.includes(consumer));
        const found = findings.map((finding) => finding.rule.id).toSorted();
        assert.deepEqual(found, [id, ...companions].toSorted(), consumer);
        const isRefused = findings.some((finding) => finding.rule.severity === 'error');
        assert.equal(verdict, isRefused ? 'refused' : 'accepted');
      }
    });
  }
});
