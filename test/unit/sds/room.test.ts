import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { it } from 'node:test';
import { networkOf, Room } from '../../../api/sds/room.ts';

it('the addresses that one host can choose from are one network', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::');
  assert.equal(networkOf('2001:db8:1:2::'), networkOf('2001:db8:1:2:ffff::1'));
  assert.notEqual(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'));
  assert.equal(networkOf('fe80::1%eth0'), 'fe80::');
  assert.equal(networkOf(''), '');
});

it('one network has a quarter of the room, whichever of its addresses are used', () => {
  const room = new Room();
  const from = (remoteAddress: string) =>
    Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
  for (let host = 1; host <= 1_024; host += 1) {
    assert.ok(room.take(from(`2001:db8::${host.toString(16)}`)));
  }
  assert.equal(room.take(from('2001:db8::ffff')), false);
  assert.equal(room.take(from('2001:db8:0:1::1')), true);
});
