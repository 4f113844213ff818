import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { derivationBudget } from '../../../src/x509/derivation-budget.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';

const once = (iterations: number) => [{ iterations, times: 1 }];

describe('derivationBudget', () => {
  it('grants what GnuTLS makes: a MAC, a key and four certificates in AES, or two in 3DES', () => {
    const iterations = 600_000;
    for (const [bags, times] of [
      [5, 1],
      [3, 3],
    ] as const) {
      const mac = { iterations, times: 1 };
      // Twice, where there may be no password.
      derivationBudget()([
        mac,
        mac,
        ...Array.from({ length: bags }, () => ({ iterations, times })),
      ]);
    }
  });

  it('grants a file ten million iterations, and a million for one key', () => {
    for (const [asked, last] of [
      [[], 0],
      [[], -1],
      [[], 1_000_001],
      [Array.from({ length: 10 }, () => 1_000_000), 1],
    ] as const) {
      const spend = derivationBudget();
      for (const iterations of asked) spend(once(iterations));
      assert.throws(() => spend(once(last)), LockedFileError);
    }
    const spend = derivationBudget();
    spend([{ iterations: 1_000_000, times: 9 }, ...once(1_000_000)]);
    assert.throws(() => spend(once(1)), LockedFileError);
  });
});
