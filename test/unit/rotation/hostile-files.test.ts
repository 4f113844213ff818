import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { DestinationFiles } from '../../../src/rotation/destination.ts';
import { expectationOf } from '../../../src/rotation/expectation.ts';
import { reasonsToRotate } from '../../../src/rotation/reasons.ts';
import { decodePem, encodePem } from '../../../src/x509/pem.ts';
import { TestAuthorities, TestClock, testTarget } from '../../support/rotation.ts';

const PATIENCE_MS = 1_000;
const MEGABYTE = 1024 * 1024;

const clock = new TestClock();
const authorities = await TestAuthorities.withSiblings(clock.now);
const target = testTarget({ destination: { clientAuthorities: ['issuing'] } });
const expected = await expectationOf(authorities, target);
const good = await authorities.filesFor(target);
const [leaf, ...path] = decodePem(good['tls.crt']);
const leafDer = leaf?.der ?? Buffer.alloc(0);

function reasonsFor(files: Partial<DestinationFiles>) {
  return reasonsToRotate({ ...good, ...files }, expected, clock.now()).reasons;
}

function chainWith(der: Uint8Array): string {
  return [der, ...path.map((block) => block.der)]
    .map((one) => encodePem('CERTIFICATE', one))
    .join('');
}

describe('files that somebody else has written', () => {
  it('never make the judgement throw, whichever octets of the leaf are changed', () => {
    const change = fc.tuple(fc.nat({ max: leafDer.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const der = Buffer.from(leafDer);
        for (const [at, by] of changes) der[at] = (der[at] ?? 0) ^ by;
        assert.doesNotThrow(() => reasonsFor({ 'tls.crt': chainWith(der) }));
      }),
      { numRuns: 500 },
    );
  });

  it('give a reason for every single octet of the leaf that is another one', () => {
    for (let at = 0; at < leafDer.length; at += 1) {
      const der = Buffer.from(leafDer);
      der[at] = (der[at] ?? 0) ^ 1;
      assert.notDeepEqual(reasonsFor({ 'tls.crt': chainWith(der) }), [], `octet ${at}`);
    }
  });

  it('never make it throw, whatever their text', () => {
    const pem = fc
      .tuple(fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'EC PRIVATE KEY'), fc.uint8Array())
      .map(([label, octets]) => encodePem(label, octets));
    const text = fc.oneof(fc.string(), pem, fc.constant(good['tls.crt']), fc.constant(''));
    fc.assert(
      fc.property(text, text, text, (chain, key, clientCa) => {
        const files = { 'tls.crt': chain, 'tls.key': key, 'ca.crt': clientCa };
        assert.doesNotThrow(() => reasonsFor(files));
      }),
    );
  });

  const large: Readonly<Record<string, string>> = {
    'a megabyte of dashes': '-'.repeat(MEGABYTE),
    'boundaries that never end': '-----BEGIN CERTIFICATE-----\n'.repeat(MEGABYTE / 28),
    'white space in a block': `-----BEGIN CERTIFICATE-----${'\n '.repeat(MEGABYTE / 2)}`,
    'a block of a megabyte': encodePem('CERTIFICATE', Buffer.alloc(700_000, 0x30)),
    'nesting without end': encodePem('CERTIFICATE', Buffer.alloc(60_000, Buffer.of(0x30, 0x80))),
    'a private key of a megabyte': encodePem('PRIVATE KEY', Buffer.alloc(700_000, 0x30)),
    'many small certificates': encodePem('CERTIFICATE', leafDer).repeat(900),
  };
  for (const [what, text] of Object.entries(large)) {
    it(`are judged within a second: ${what}`, () => {
      const start = performance.now();
      for (const file of ['tls.crt', 'tls.key', 'ca.crt']) {
        assert.notDeepEqual(reasonsFor({ [file]: text }), []);
      }
      assert.ok(performance.now() - start < PATIENCE_MS);
    });
  }
});
