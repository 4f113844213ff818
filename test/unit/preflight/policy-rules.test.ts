import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathCandidate } from '../../../src/preflight/candidate.ts';
import { policyPathRules } from '../../../src/preflight/policy-rules.ts';
import { findingsOf } from '../../../src/preflight/rule.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import {
  CERTIFICATE_POLICIES,
  INHIBIT_ANY_POLICY,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
} from '../../../src/x509/oids.ts';
import {
  critical,
  extensionValue,
  type HandMadeCertificate,
  handMadeAuthority,
  handMadeCertificate,
} from '../../support/hand-made-certificate.ts';

const ANY = '2.5.29.32.0';

interface Wishes {
  readonly policies?: readonly string[];
  readonly explicitAfter?: number;
  readonly anyFor?: number;
  readonly name?: string;
  readonly isMapped?: true;
}

function extensionsOf({ policies, explicitAfter, anyFor, isMapped }: Wishes) {
  const mapping = der.sequence(der.oid('1.2.3'), der.oid('1.2.4'));
  return {
    [CERTIFICATE_POLICIES]:
      policies && extensionValue(...policies.map((id) => der.sequence(der.oid(id)))),
    [POLICY_CONSTRAINTS]:
      explicitAfter === undefined
        ? undefined
        : critical(extensionValue(der.implicit(0, Buffer.of(explicitAfter)))),
    [INHIBIT_ANY_POLICY]:
      anyFor === undefined ? undefined : critical({ value: der.integer(anyFor) }),
    [POLICY_MAPPINGS]: isMapped && critical(extensionValue(mapping)),
  };
}

/** Whether a path is valid: the authorities from the root's own down, and the leaf. */
function isValid(authorities: readonly Wishes[], leaf: Wishes = {}, root: Wishes = {}): boolean {
  let issuer = handMadeAuthority('Root', { extensions: extensionsOf(root) });
  const path: HandMadeCertificate[] = [issuer];
  for (const [index, wishes] of authorities.entries()) {
    const name = wishes.name ?? `Authority ${index}`;
    issuer = handMadeAuthority(name, { issuer, extensions: extensionsOf(wishes) });
    path.unshift(issuer);
  }
  path.unshift(handMadeCertificate({ issuer, extensions: extensionsOf(leaf) }));
  const candidate = pathCandidate(
    path.map((one) => decodeCertificate(one.der)),
    [],
  );
  return findingsOf(policyPathRules, candidate).length === 0;
}

describe('policyConstraints that require an explicit policy', () => {
  const A = { policies: ['1.2.3'] };
  const B = { policies: ['1.2.4'] };

  it('want one policy in common, in every certificate', () => {
    assert.ok(isValid([{ ...A, explicitAfter: 0 }], A));
    assert.ok(!isValid([{ ...A, explicitAfter: 0 }], B));
    assert.ok(!isValid([{ ...A, explicitAfter: 0 }]));
    assert.ok(!isValid([{ explicitAfter: 0 }], A));
    assert.ok(!isValid([A, { explicitAfter: 0 }], A));
  });

  it('want it after as many certificates as they say', () => {
    assert.ok(isValid([{ explicitAfter: 2 }]));
    assert.ok(!isValid([{ explicitAfter: 1 }]));
    assert.ok(!isValid([{ explicitAfter: 2 }, {}]));
  });

  it('do not count an authority that is its own issuer', () => {
    assert.ok(!isValid([{ explicitAfter: 2 }, {}, {}]));
    assert.ok(isValid([{ explicitAfter: 2, name: 'Twice' }, { name: 'Twice' }]));
  });

  it('are content with anyPolicy, where that is not inhibited', () => {
    const any = { policies: [ANY] };
    assert.ok(isValid([{ ...any, explicitAfter: 0 }], A));
    assert.ok(isValid([{ ...A, explicitAfter: 0 }], any));
    assert.ok(!isValid([{ ...A, explicitAfter: 0, anyFor: 0 }], any));
  });

  it('count of a leaf where it is for at once, and of a root never', () => {
    assert.ok(!isValid([], { explicitAfter: 0 }));
    assert.ok(isValid([], { explicitAfter: 1 }));
    assert.ok(isValid([{}], {}, { explicitAfter: 0 }));
  });

  it('are not judged beyond a mapping of policies', () => {
    assert.ok(isValid([{ ...A, explicitAfter: 0, isMapped: true }], B));
  });

  it('hold no path up where there are none', () => {
    assert.ok(isValid([A], B));
  });
});
