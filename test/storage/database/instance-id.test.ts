import assert from 'node:assert/strict';
import { it } from 'node:test';
import { instanceId } from '../../../storage/database/instance-id.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { newDatabaseFile } from './databases.ts';

it('an instance is made once and found by every later start', async () => {
  const path = newDatabaseFile();
  for (const id of ['first', 'second']) {
    const db = await openDatabase(path);
    assert.equal(await instanceId(db, () => id), 'first');
    await db.destroy();
  }
});
