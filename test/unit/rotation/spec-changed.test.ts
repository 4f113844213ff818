import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DestinationFiles } from '../../../src/rotation/destination.ts';
import { expectationOf } from '../../../src/rotation/expectation.ts';
import { reasonsToRotate } from '../../../src/rotation/reasons.ts';
import { TestAuthorities, TestClock, testTarget } from '../../support/rotation.ts';

const clock = new TestClock();
const authorities = await TestAuthorities.withSiblings(clock.now);

type Changes = Parameters<typeof testTarget>[0];

/** The reasons for the files of one declaration under another. */
async function reasonsAfter(before: Changes, after: Changes) {
  return reasonsIn(await authorities.filesFor(testTarget(before)), after);
}

async function reasonsIn(files: Partial<DestinationFiles>, wanted: Changes) {
  const expected = await expectationOf(authorities, testTarget(wanted));
  return reasonsToRotate(files, expected, clock.now()).reasons;
}

const subject = { commonName: 'shop.example.org', organization: 'Example' };
const clients = { clientAuthorities: ['issuing'] };

describe('specChanged', () => {
  const changes: Readonly<Record<string, readonly [Changes, Changes]>> = {
    'another subject': [{}, { subject }],
    'a subject that is left to the default again': [{ subject }, {}],
    'another key algorithm': [{}, { keyAlgorithm: 'ecdsa-p384' }],
    'another size of RSA key': [{ keyAlgorithm: 'rsa-2048' }, { keyAlgorithm: 'rsa-3072' }],
    'a root that is to be there': [{ destination: { includeRoot: false } }, {}],
    'a root that is to go': [{}, { destination: { includeRoot: false } }],
    'another client authority': [
      { destination: clients },
      { destination: { clientAuthorities: ['other'] } },
    ],
    'one client authority more': [
      { destination: clients },
      { destination: { clientAuthorities: ['issuing', 'other'] } },
    ],
    'the paths up to the root wanted in ca.crt': [
      { destination: clients },
      { destination: { ...clients, clientTrust: 'root' } },
    ],
    'only the authorities themselves wanted in ca.crt': [
      { destination: { ...clients, clientTrust: 'root' } },
      { destination: clients },
    ],
  };
  for (const [what, [before, after]] of Object.entries(changes)) {
    it(`is the reason for ${what}`, async () => {
      assert.deepEqual(await reasonsAfter(before, before), []);
      assert.deepEqual(await reasonsAfter(before, after), ['specChanged']);
    });
  }

  it('is the reason for a ca.crt that no longer holds what was written', async () => {
    const declaration = { destination: clients };
    const files = await authorities.filesFor(testTarget(declaration));
    for (const clientCa of ['garbage', files['tls.key'], String(files['ca.crt']).repeat(2)]) {
      const found = await reasonsIn({ ...files, 'ca.crt': clientCa }, declaration);
      assert.deepEqual(found, ['specChanged']);
    }
  });

  it('is no reason for another validity, which counts from the next rotation', async () => {
    assert.deepEqual(await reasonsAfter({}, { validity: '90d' }), []);
  });

  it('is no reason for a subject that says what the default is', async () => {
    assert.deepEqual(await reasonsAfter({}, { subject: { commonName: 'shop.example.org' } }), []);
  });
});

describe('ca.crt', () => {
  it('holds the client authorities alone, since Envoy would trust every sibling under a root', async () => {
    const destination = { clientAuthorities: ['issuing', 'other'] };
    const files = await authorities.filesFor(testTarget({ destination }));
    assert.equal(files['ca.crt'], await certificatesOf('issuing', 'other'));
  });

  it('holds their paths up to the root where the target asks for it, the root once', async () => {
    const destination = { clientAuthorities: ['issuing', 'other'], clientTrust: 'root' } as const;
    const files = await authorities.filesFor(testTarget({ destination }));
    assert.equal(files['ca.crt'], await certificatesOf('issuing', 'root', 'other'));
  });
});

async function certificatesOf(...names: readonly string[]): Promise<string> {
  const paths = await Promise.all(names.map(authorities.pathOf));
  const lines = paths.map(([{ der }]) =>
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g),
  );
  return lines
    .map((base64) => [
      '-----BEGIN CERTIFICATE-----',
      ...(base64 ?? []),
      '-----END CERTIFICATE-----',
    ])
    .map((block) => `${block.join('\n')}\n`)
    .join('');
}
