import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NEW_TARGET, NO_REVISION } from '../../../src/rotation/rotation-record.ts';
import { NOW } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { testTarget } from '../../support/rotation.ts';
import { DATABASES } from './databases.ts';

for (const [name, open] of DATABASES) {
  describe(`Targets in ${name}`, () => {
    it('come in pages, each of them once and by name, however many there are', async () => {
      const { targets } = repositories(await open(), () => NOW);
      for (const count of [0, 1, 99, 100, 101, 200, 250]) {
        const names = Array.from({ length: count }, (_, index) => `t-${index}`);
        await targets.followFile({
          records: names.map(recordNamed),
          dropped: [],
          auditEntries: [],
        });
        const pages: number[] = [];
        const found: string[] = [];
        for await (const page of targets.pages()) {
          pages.push(page.length);
          found.push(...page.map(({ target }) => target.name));
        }
        assert.deepEqual(found, names.toSorted());
        assert.ok(
          pages.every((length) => length > 0 && length <= 100),
          `${pages}`,
        );
        assert.deepEqual(
          (await targets.list()).map(({ target }) => target.name),
          found,
        );
      }
    });
  });
}

function recordNamed(name: string) {
  const target = testTarget({ name });
  return { target, isDeclaredInFile: true, progress: NEW_TARGET, revision: NO_REVISION };
}
