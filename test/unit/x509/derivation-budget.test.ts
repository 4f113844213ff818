import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { derivationBudget } from '../../../src/x509/derivation-budget.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';

describe('derivationBudget', () => {
  it('grants a file two and a half million iterations, and a million for one key', () => {
    for (const asked of [[0], [-1], [1_000_001], [1_000_000, 1_000_000, 500_001]]) {
      const spend = derivationBudget();
      const last = asked.pop() ?? 0;
      for (const iterations of asked) spend(iterations);
      assert.throws(() => spend(last), LockedFileError);
    }
    const spend = derivationBudget();
    spend(1_000_000, 2);
    spend(500_000);
    assert.throws(() => spend(1), LockedFileError);
  });
});
