import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

/** A hole that another authority's software had, with the test here that fails where ours has it. */
type Guarded = readonly [hole: string, file: string, title: string];

/** Features that are not built yet bring their own tests: ACME and SCEP, CRLs, discovery of targets, leases. */
const HOLES: readonly Guarded[] = [
  [
    'step-ca CVE-2026-30836: a second way to issue that skipped authorisation and policy',
    'api/every-issuing-route.test.ts',
    'keeps the policy, whatever is asked for',
  ],
  [
    'OpenBao and Vault: addresses in a CSR were not held against the ranges',
    'unit/issuance/profile-names.test.ts',
    'limits names by pattern, whatever way they come in',
  ],
  [
    'OpenBao and Vault: sign-verbatim and templates let a caller choose what only an operator may',
    'unit/issuance/profile-subject.test.ts',
    'fills the subject, and decides what of it the caller may set, by JSON and by CSR',
  ],
  [
    'Vault: a glob reached further than its words',
    'unit/issuance/name-patterns.test.ts',
    'with stars is a glob, each star inside one label and for at least one character',
  ],
  [
    'Vault: the audit failed after the action was done',
    'unit/issuance/issue-certificate.test.ts',
    'hands nothing out that could not be recorded',
  ],
  [
    'step-ca: a parser panicked on odd ASN.1',
    'unit/x509/hostile-request.test.ts',
    'is read, or refused, within a time bound, whatever its octets',
  ],
  [
    'cert-manager GHSA-r4pg-vg54-wxx4: a text of PEM that took for ever',
    'unit/x509/pem.test.ts',
    'gives blocks or a PkiError, whatever the text',
  ],
  [
    'step-ca: the authority of a Kubernetes account signed any name',
    'fuzz/issuing.test.ts',
    'nothing is signed but what was asked for and permitted',
  ],
  [
    'Boulder 2020: something was signed that its checks did not see',
    'unit/issuance/lint.test.ts',
    'stops what the policy grants, signs and records nothing, and names the rule',
  ],
];

describe('what others were broken by is guarded here:', () => {
  for (const [hole, file, title] of HOLES) {
    it(hole, () => {
      const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
      assert.ok(text.includes(title), `${file} has no test "${title}"`);
    });
  }
});
