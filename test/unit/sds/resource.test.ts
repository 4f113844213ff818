import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doOverlap } from '../../../src/rotation/overlap.ts';
import type { SdsDestination } from '../../../src/rotation/target.ts';
import { mayRead, readerViolations } from '../../../src/sds/resource.ts';

function destination(name: string, readers?: readonly string[]): SdsDestination {
  const contents = { includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' } as const;
  return { type: 'sds', name, ...contents, ...(readers ? { readers } : {}) };
}

describe('a target for SDS', () => {
  it('is read by the URIs that it names, octet by octet, and by no other', () => {
    const shop = destination('shop', ['spiffe://a/edge', 'spiffe://b/edge']);
    assert.ok(mayRead(shop, ['spiffe://c/x', 'spiffe://b/edge']));
    for (const uri of [
      'spiffe://a/edge/',
      'spiffe://a/Edge',
      'spiffe://a/edg',
      'spiffe://a/edge2',
      'spiffe://a/*',
      // The path that would do where no readers are named.
      'spiffe://a/sds/shop',
      '',
    ]) {
      assert.ok(!mayRead(shop, [uri]), uri);
    }
    assert.ok(!mayRead(shop, []));
  });

  it('is read by the SPIFFE IDs that end with its name where it names nobody', () => {
    const shop = destination('shop');
    assert.ok(mayRead(shop, ['spiffe://any.domain/sds/shop']));
    assert.ok(mayRead(shop, ['spiffe://any.domain/ns/a/sa/b/sds/shop']));
    for (const uri of [
      'spiffe://any.domain/shop',
      'spiffe://any.domain/sds/shop/x',
      'spiffe://any.domain/sds/web-shop',
      'spiffe://any.domain/asds/shop',
      'spiffe://any.domain/sds/shop?x',
      'https://any.domain/sds/shop',
    ]) {
      assert.ok(!mayRead(shop, [uri]), uri);
    }
  });

  it('shares no name with another target or with its client authorities', () => {
    const overlapping = (one: string, other: string) =>
      doOverlap(destination(one), destination(other));
    assert.ok(overlapping('shop', 'shop'));
    assert.ok(overlapping('shop', 'shop-cacert'));
    assert.ok(overlapping('shop-cacert', 'shop'));
    assert.ok(!overlapping('shop', 'bank-cacert'));
    assert.ok(!overlapping('shop', 'shop2'));
  });

  it('does not get in the way of another kind of place', () => {
    const contents = { includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' } as const;
    const directory = { type: 'directory', path: '/shop', ...contents, keyMode: '0600' } as const;
    assert.ok(!doOverlap(destination('shop'), directory));
  });

  it('names no readers that could never be in a certificate', () => {
    const readers = ['spiffe://a/edge', 'spiffe://1.2.3/edge'];
    assert.deepEqual(
      readerViolations(destination('shop', readers)).map(({ pointer }) => pointer),
      ['/destination/readers/1'],
    );
  });
});
