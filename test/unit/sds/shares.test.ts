import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Shares } from '../../../api/sds/shares.ts';

it('nobody has more than one share, and what is given back can be taken again', () => {
  const shares = new Shares(2);
  const giveBack = shares.take('one');
  shares.take('one');
  assert.deepEqual([shares.hasRoomFor('one'), shares.hasRoomFor('other')], [false, true]);
  giveBack();
  assert.equal(shares.hasRoomFor('one'), true);
});
