import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DestinationFiles, DestinationState } from '../../../src/rotation/destination.ts';
import type { Destination } from '../../../src/rotation/target.ts';
import { findSecret } from '../../../src/sds/find-secret.ts';
import { testTarget } from '../../support/rotation.ts';

const READER = ['spiffe://example.org/sds/shop'];
const FILES: DestinationFiles = { 'tls.crt': 'chain', 'tls.key': 'key', 'ca.crt': 'authorities' };

function held(files: Partial<DestinationFiles>, isAsWritten = true): DestinationState {
  return { kind: 'present', files, isAsWritten, revision: 1, version: '1' };
}

/** Looks up where there is one target, `shop`, which holds `state`. */
function find(resource: string, state: DestinationState, uris: readonly string[] = READER) {
  const contents = { includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' } as const;
  return findIn({ type: 'sds', name: 'shop', ...contents }, { resource, state, uris });
}

function findIn(
  destination: Destination,
  ask: { resource: string; state: DestinationState; uris: readonly string[] },
) {
  const target = { ...testTarget(), destination };
  const deps = {
    findTarget: async (name: string) => (name === 'shop' ? { target } : undefined),
    read: async () => ask.state,
  };
  return findSecret(deps, ask.resource, ask.uris);
}

describe('what a client finds under a name', () => {
  it('is the pair of the target, and with -cacert the authorities of its clients', async () => {
    const { secret: pair } = await find('shop', held(FILES));
    assert.deepEqual(pair?.content, { kind: 'pair', chain: 'chain', privateKey: 'key' });
    assert.deepEqual([pair.name, pair.target], ['shop', 'shop']);
    const { secret: authorities } = await find('shop-cacert', held(FILES));
    assert.deepEqual(authorities?.content, { kind: 'authorities', trusted: 'authorities' });
    assert.deepEqual([authorities.name, authorities.target], ['shop-cacert', 'shop']);
  });

  it('is nothing for one who may not read it, as under a name that nobody has', async () => {
    for (const resource of ['shop', 'shop-cacert']) {
      const { secret, refusal } = await find(resource, held(FILES), ['spiffe://example.org/x']);
      assert.deepEqual([secret, refusal], [undefined, 'not one of its readers']);
    }
    for (const resource of ['none', 'none-cacert', '-cacert', '', '*', 'shop-cacert-cacert']) {
      const { secret, refusal } = await find(resource, held(FILES));
      assert.deepEqual([secret, refusal], [undefined, 'no such target']);
    }
  });

  it('is nothing of a target whose files are somewhere else', async () => {
    const { destination } = testTarget();
    const ask = { resource: 'shop', state: held(FILES), uris: READER };
    assert.equal((await findIn(destination, ask)).refusal, 'no such target');
  });

  it('is nothing of what somebody has changed behind our back, until that is mended', async () => {
    assert.deepEqual(await find('shop', held(FILES, false)), { secret: undefined });
  });

  it('is nothing where the target holds nothing, or no client authorities', async () => {
    assert.deepEqual(await find('shop', { kind: 'absent' }), {
      ...{ secret: undefined, isAbsent: true },
    });
    const { 'ca.crt': _, ...pair } = FILES;
    assert.equal((await find('shop-cacert', held(pair))).secret, undefined);
  });

  it('has another version for other content, and the same for the same', async () => {
    const versionOf = async (files: Partial<DestinationFiles>, name = 'shop') =>
      (await find(name, held(files))).secret?.version;
    const version = await versionOf(FILES);
    assert.match(version ?? '', /^[0-9a-f]{32}$/);
    assert.equal(await versionOf({ ...FILES, 'ca.crt': 'others' }), version);
    assert.notEqual(await versionOf({ ...FILES, 'tls.key': 'other' }), version);
    assert.notEqual(await versionOf({ ...FILES, 'tls.crt': 'other' }), version);
    const authorities = await versionOf(FILES, 'shop-cacert');
    assert.equal(await versionOf({ ...FILES, 'tls.crt': 'other' }, 'shop-cacert'), authorities);
  });
});
