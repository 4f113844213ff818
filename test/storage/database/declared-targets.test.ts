import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import { NEW_TARGET, NO_REVISION } from '../../../src/rotation/rotation-record.ts';
import { NOW } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import {
  clusterWith,
  https,
  istioGateway,
  shopRule,
  termsOf,
} from '../../unit/discovery/gateways.ts';
import { auditEntry, DATABASES } from './databases.ts';

for (const [name, open] of DATABASES) {
  describe(`A target that an object declares, in ${name}`, () => {
    it('is read as it was declared, so that it is not declared anew with every change of the cluster', async () => {
      const { targets } = repositories(await open(), () => NOW);
      const gateway = istioGateway('front', [https(['a.example.org'], 'web')]);
      const [target] = declarationsIn(clusterWith([gateway]), termsOf(shopRule()), []).targets;
      assert.ok(target);
      const record = {
        ...{ target, isDeclaredInFile: false },
        ...{ progress: NEW_TARGET, revision: NO_REVISION },
      };
      await targets.add(record, auditEntry());
      const [read] = await targets.list();
      assert.deepEqual(read?.target, target);
    });
  });
}
