import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Name } from '../../../api/schemas/names.ts';
import type { IncomingCertificate } from '../../../src/authority/incoming-path.ts';
import { namesAbove } from '../../../src/authority/names-above.ts';
import * as der from '../../../src/x509/der.ts';
import { refusalOf } from '../../support/issuance.ts';
import { type OutsideAuthority, outsideAuthority } from '../../support/outside-authority.ts';
import { pathIn } from './judged-path.ts';

async function incoming(authority: OutsideAuthority): Promise<IncomingCertificate> {
  return (await pathIn([authority])).certificates[0];
}

async function nameOf(subject: Buffer | string, ...taken: readonly string[]): Promise<string> {
  const certificate = await incoming(outsideAuthority({ subject }));
  return namesAbove([certificate], { asked: [], taken: new Set(taken), sentAbove: 1 })[0] ?? '';
}

const attribute = (type: string, text: string) =>
  der.sequence(der.setOf(der.sequence(der.oid(type), der.utf8String(text))));

describe('the name of an authority above one that comes in', () => {
  it('is made of its subject', async () => {
    for (const [subject, name] of [
      ['Example Root CA', 'example-root-ca'],
      ['  -- Zürich: "Wurzel" (G2) --  ', 'zurich-wurzel-g2'],
      ['根', 'authority'],
      [attribute('2.5.4.10', 'Example Ltd.'), 'example-ltd'],
      [attribute('0.9.2342.19200300.100.1.25', 'example'), 'authority'],
      ['x'.repeat(64), 'x'.repeat(63)],
    ] as const) {
      assert.equal(await nameOf(subject), name);
    }
  });

  it('has the beginning of its fingerprint where that name is taken, and is one still', async () => {
    for (const subject of ['Example Root CA', 'x'.repeat(64), '根', `${'x'.repeat(53)} y`]) {
      const plain = await nameOf(subject);
      const told = await nameOf(subject, plain);
      assert.match(told, /-[0-9a-f]{8}$/);
      assert.ok(Name.safeParse(told).success && Name.safeParse(plain).success, told);
    }
  });

  it('is the same for the same certificate, and another for another one', async () => {
    const [one, other] = [1, 2].map(() => outsideAuthority({ subject: 'Root' }));
    assert.ok(one && other);
    const naming = { asked: [], taken: new Set(['root']), sentAbove: 2 };
    const [first, second] = await Promise.all([one, other].map(incoming));
    assert.ok(first && second);
    assert.deepEqual(namesAbove([first], naming), namesAbove([first], naming));
    assert.notDeepEqual(namesAbove([first], naming), namesAbove([second], naming));
    const both = namesAbove([first, second], { ...naming, taken: new Set() });
    assert.equal(new Set(both).size, 2);
  });

  it('is the caller’s where there is one, from below upwards, and none that is derived takes it', async () => {
    const certificates = [await incoming(outsideAuthority({ subject: 'Policy' }))];
    certificates.push(await incoming(outsideAuthority({ subject: 'Root' })));
    const naming = { taken: new Set(['own']), sentAbove: 2 };
    assert.deepEqual(namesAbove(certificates, { ...naming, asked: ['root'] })[0], 'root');
    assert.match(namesAbove(certificates, { ...naming, asked: ['root'] })[1] ?? '', /^root-/);
    const asked = ['own'];
    const attempt = (names: readonly string[]) =>
      refusalOf(
        Promise.resolve().then(() => namesAbove(certificates, { ...naming, asked: names })),
      );
    assert.deepEqual(await attempt(asked), ['name-taken', '/namesAbove/0']);
    assert.deepEqual(await attempt(['a', 'a']), ['name-taken', '/namesAbove/1']);
    assert.deepEqual(await attempt(['a', 'b', 'c']), ['request-refused', '/namesAbove/2']);
  });

  it('is not asked for where it was sent and is known here already', async () => {
    const certificates = [await incoming(outsideAuthority({ subject: 'Policy' }))];
    const naming = { asked: ['policy', 'root'], taken: new Set(['root']), sentAbove: 2 };
    assert.deepEqual(namesAbove(certificates, naming), ['policy']);
  });
});
