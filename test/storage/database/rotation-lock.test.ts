import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RotationLock } from '../../../storage/database/rotation-lock.ts';
import { NOW } from '../../support/issuance.ts';
import { DATABASES } from './databases.ts';

const record = (holder: string) => ({ holder, acquiredAt: NOW, renewedAt: NOW, transitions: 3 });

for (const [database, open] of DATABASES) {
  describe(`the lock of rotation, in ${database}`, () => {
    it('is nobody’s at first, and comes back as it was written', async () => {
      const lock = new RotationLock(await open());
      assert.equal(await lock.read(), undefined);
      assert.equal(await lock.write(record('a'), undefined), true);
      assert.deepEqual((await lock.read())?.record, record('a'));
    });

    it('is written over the version that was read, and no other', async () => {
      const lock = new RotationLock(await open());
      await lock.write(record('a'), undefined);
      assert.equal(await lock.write(record('b'), undefined), false);
      const { version } = (await lock.read()) ?? assert.fail();
      assert.equal(await lock.write(record('b'), version), true);
      assert.equal(await lock.write(record('c'), version), false);
      assert.equal((await lock.read())?.record.holder, 'b');
    });
  });
}
