import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PkiError } from '../../../src/errors.ts';
import { KeyGeneration } from '../../../src/issuance/key-generation.ts';
import { keyAlgorithmOf } from '../../../src/x509/key.ts';

describe('the generation of keys', () => {
  it('makes the keys that are asked for, RSA ones one after the other where it may', async () => {
    const { newKeyPair } = new KeyGeneration({ rsaAtOnce: 1, rsaWaiting: 9 }, () => 0);
    const order: string[] = [];
    const algorithms = ['rsa-2048', 'rsa-2048', 'ecdsa-p256', 'ecdsa-p384'] as const;
    const made = await Promise.all(
      algorithms.map(async (algorithm, index) => {
        const { publicKey } = await newKeyPair(algorithm);
        order.push(`${index}`);
        return keyAlgorithmOf(publicKey);
      }),
    );
    assert.deepEqual(made, algorithms);
    assert.ok(order.indexOf('0') < order.indexOf('1'));
  });

  it('lets elliptic curves pass those that wait', async () => {
    const { newKeyPair } = new KeyGeneration({ rsaAtOnce: 1, rsaWaiting: 9 }, () => 0);
    const order: string[] = [];
    const rsa = [1, 2, 3].map(() => newKeyPair('rsa-2048').then(() => order.push('rsa')));
    await newKeyPair('ecdsa-p256').then(() => order.push('ec'));
    await Promise.all(rsa);
    assert.ok(order.indexOf('ec') < 2, order.join());
  });

  it('refuses an RSA key for which too many wait already, and makes those that wait', async () => {
    const { newKeyPair } = new KeyGeneration({ rsaAtOnce: 1, rsaWaiting: 1 }, () => 0);
    const taken = [newKeyPair('rsa-2048'), newKeyPair('rsa-2048')];
    await assert.rejects(newKeyPair('rsa-2048'), { code: 'overloaded' });
    await Promise.all(taken);
    await newKeyPair('rsa-2048');
  });

  it('keeps those waiting who wait until they go away, however many wait, and beside the others’ room', async () => {
    const { newKeyPair, newKeyPairUntil } = new KeyGeneration(
      { rsaAtOnce: 1, rsaWaiting: 1 },
      () => 0,
    );
    const here = new AbortController();
    const order: string[] = [];
    const made = [1, 2, 3].map(() =>
      newKeyPairUntil(here.signal, 'rsa-2048').then(() => order.push('patient')),
    );
    made.push(newKeyPair('rsa-2048').then(() => order.push('other')));
    // Three wait by now, for a second each.
    await assert.rejects(newKeyPair('rsa-2048'), { code: 'overloaded', retryAfterMs: 3_000 });
    await Promise.all(made);
    assert.deepEqual(order, ['patient', 'patient', 'other', 'patient']);
  });

  it('makes no key for whoever has gone away, and keeps nobody waiting for it', async () => {
    const { newKeyPair, newKeyPairUntil } = new KeyGeneration(
      { rsaAtOnce: 1, rsaWaiting: 1 },
      () => 0,
    );
    const gone = new AbortController();
    const first = newKeyPair('rsa-2048');
    const left = [1, 2, 3].map(() => newKeyPairUntil(gone.signal, 'rsa-2048'));
    const next = newKeyPair('rsa-2048');
    gone.abort(new Error('the client has gone'));
    for (const one of left) await assert.rejects(one, /the client has gone/);
    await assert.rejects(newKeyPair('rsa-2048'), { code: 'overloaded', retryAfterMs: 1_000 });
    await assert.rejects(newKeyPairUntil(gone.signal, 'rsa-2048'), /the client has gone/);
    await Promise.all([first, next]);
  });

  it('says when those that wait are likely to have theirs, by what keys have taken', async () => {
    let time = 0;
    const { newKeyPair } = new KeyGeneration({ rsaAtOnce: 2, rsaWaiting: 4 }, () => time);
    /** What one too many is told, where the two of the others that are made at once take `keyMs`, and the rest nothing. */
    const toldWhile = async (keyMs: number) => {
      const taken = Array.from({ length: 6 }, () => newKeyPair('rsa-2048'));
      const refusal = await newKeyPair('rsa-2048').catch((error: unknown) => error);
      time += keyMs;
      await Promise.all(taken);
      return (refusal as PkiError).retryAfterMs;
    };
    assert.equal(await toldWhile(0), 2_000);
    const afterQuickOnes = await toldWhile(1_000_000);
    assert.ok(afterQuickOnes > 0 && afterQuickOnes < 2_000, `${afterQuickOnes}`);
    assert.equal(await toldWhile(0), 60_000);
  });
});
