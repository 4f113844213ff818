import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { DestinationFiles } from '../../../src/rotation/destination.ts';
import { expectationOf } from '../../../src/rotation/expectation.ts';
import { reasonsToRotate } from '../../../src/rotation/reasons.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { TestAuthorities, TestClock, testTarget } from '../../support/rotation.ts';

const DAY_MS = 86_400_000;
const clock = new TestClock();
const authorities = await TestAuthorities.withSiblings(clock.now);
const target = testTarget();
const good = await authorities.filesFor(target);

interface Circumstances {
  readonly target?: RotationTarget;
  readonly afterDays?: number;
}

/** The reasons for `files` where `target` is to be. */
async function reasonsFor(files: Partial<DestinationFiles>, circumstances: Circumstances = {}) {
  const { target: wanted = target, afterDays = 0 } = circumstances;
  const expected = await expectationOf(authorities, wanted);
  const at = new Date(clock.now().getTime() + afterDays * DAY_MS);
  return reasonsToRotate(files, expected, at).reasons;
}

/** The blocks of a PEM text, each with its line feed. */
function blocksOf(pem = ''): readonly string[] {
  return pem.split(/(?<=-----END [A-Z ]+-----\n)/);
}

/** The reasons for files of another target, or of another authority, in the place of `target`'s. */
async function reasonsForFilesOf(changes: Parameters<typeof testTarget>[0]) {
  return reasonsFor(await authorities.filesFor(testTarget(changes)));
}

it('gives no reason for what a rotation has just written', async () => {
  assert.deepEqual(await reasonsFor(good), []);
});

describe('missingData', () => {
  for (const absent of ['tls.crt', 'tls.key'] as const) {
    it(`is the reason where ${absent} is absent or empty`, async () => {
      const { [absent]: _, ...others } = good;
      assert.deepEqual(await reasonsFor(others), ['missingData']);
      assert.deepEqual(await reasonsFor({ ...good, [absent]: '' }), ['missingData']);
    });
  }

  it('is the reason where client authorities are wanted and ca.crt is absent', async () => {
    const wanted = testTarget({ destination: { clientAuthorities: ['issuing'] } });
    assert.deepEqual(await reasonsFor(good, { target: wanted }), ['missingData']);
  });

  it('is no reason where no client authority is wanted', async () => {
    assert.equal(good['ca.crt'], undefined);
    assert.deepEqual(await reasonsFor(good), []);
  });
});

describe('unreadable', () => {
  const key = good['tls.key'];
  const chain = good['tls.crt'];
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'hunter2hunter2' } as const;
  const anotherKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const unreadable: Readonly<Record<string, Partial<DestinationFiles>>> = {
    'a key that is no PEM': { 'tls.key': 'not a key\n' },
    'a key that is cut off': { 'tls.key': key.slice(0, -40) },
    'a key whose octets are no key': {
      'tls.key': '-----BEGIN PRIVATE KEY-----\nMAAwADAA\n-----END PRIVATE KEY-----\n',
    },
    'an encrypted key': {
      'tls.key': String(anotherKey.export({ type: 'pkcs8', format: 'pem', ...passphrase })),
    },
    'a certificate in the place of the key': { 'tls.key': chain },
    'a certificate that is no PEM': { 'tls.crt': 'not a certificate\n' },
    'a certificate that is cut off': { 'tls.crt': chain.slice(0, 300) },
    'a certificate under another label': {
      'tls.crt': chain.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
    },
    'a key in the place of the certificate': { 'tls.crt': key },
    'a key among the certificates': { 'tls.crt': chain + key },
    'garbage above the leaf': {
      'tls.crt': `${blocksOf(chain)[0]}-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n`,
    },
  };
  for (const [what, files] of Object.entries(unreadable)) {
    it(`is the reason for ${what}`, async () => {
      assert.deepEqual(await reasonsFor({ ...good, ...files }), ['unreadable']);
    });
  }

  it('is the reason for two keys in one file, of which consumers may take either', async () => {
    const two = key + String(anotherKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.deepEqual(await reasonsFor({ ...good, 'tls.key': two }), ['unreadable']);
  });

  it("is the reason for a key with another one's public half, which BoringSSL refuses", async () => {
    const octets = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    const others = anotherKey.export({ type: 'pkcs8', format: 'der' });
    const pair = Buffer.concat([
      others.subarray(0, -P256_POINT_OCTETS),
      octets.subarray(-P256_POINT_OCTETS),
    ]);
    const pem = encodePem('PRIVATE KEY', pair);
    assert.deepEqual(await reasonsFor({ ...good, 'tls.key': pem }), ['unreadable']);
  });

  for (const [what, pem] of Object.entries({
    'on one line': key.replaceAll('\n', ''),
    indented: key.replaceAll('\n', '\n  '),
    'with spaces for its line feeds': key.replaceAll('\n', ' '),
  })) {
    it(`is the reason for a key ${what}, which OpenSSL does not read`, async () => {
      assert.deepEqual(await reasonsFor({ ...good, 'tls.key': pem }), ['unreadable']);
    });
  }

  it('is no reason for a key in PKCS#1 or SEC1, whoever put it there', async () => {
    const wanted = testTarget({ keyAlgorithm: 'rsa-2048' });
    const rsa = await authorities.filesFor(wanted);
    const pkcs1 = rewritten(rsa['tls.key'], 'pkcs1');
    assert.match(pkcs1, /BEGIN RSA PRIVATE KEY/);
    assert.deepEqual(await reasonsFor({ ...rsa, 'tls.key': pkcs1 }, { target: wanted }), []);
    assert.deepEqual(await reasonsFor({ ...good, 'tls.key': rewritten(key, 'sec1') }), []);
  });
});

function rewritten(pem: string, type: 'pkcs1' | 'sec1'): string {
  return String(createPrivateKey(pem).export({ type, format: 'pem' }));
}

const P256_POINT_OCTETS = 65;

describe('keyMismatch', () => {
  it("is the reason for a key that is not the leaf's", async () => {
    const other = await authorities.filesFor(target);
    assert.deepEqual(await reasonsFor({ ...good, 'tls.key': other['tls.key'] }), ['keyMismatch']);
  });

  it('is the reason for a key of another kind', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = String(rsa.export({ type: 'pkcs8', format: 'pem' }));
    assert.deepEqual(await reasonsFor({ ...good, 'tls.key': pem }), ['keyMismatch']);
  });
});

describe('wrongIssuer', () => {
  it('is a reason for a certificate of a sibling authority', async () => {
    assert.ok((await reasonsForFilesOf({ authority: 'other' })).includes('wrongIssuer'));
  });

  it('is a reason for a sibling authority whose path is swapped for ours', async () => {
    const other = await authorities.filesFor(testTarget({ authority: 'other' }));
    const [leaf] = blocksOf(other['tls.crt']);
    const path = blocksOf(good['tls.crt']).slice(1).join('');
    assert.deepEqual(await reasonsFor({ ...other, 'tls.crt': `${leaf}${path}` }), ['wrongIssuer']);
  });

  it('is a reason once the authority was made anew under the same name and subject', async () => {
    const anew = await TestAuthorities.withSiblings(clock.now);
    const expected = await expectationOf(anew, target);
    assert.ok(reasonsToRotate(good, expected, clock.now()).reasons.includes('wrongIssuer'));
  });

  it('is a reason where the intermediate is missing, or stands in the wrong place', async () => {
    const [leaf = '', intermediate = '', root = ''] = blocksOf(good['tls.crt']);
    for (const chain of [leaf, leaf + root, leaf + root + intermediate]) {
      const found = await reasonsFor({ ...good, 'tls.crt': chain });
      assert.ok(found.includes('wrongIssuer'), found.join());
    }
  });

  it('is a reason where the leaf is not the first', async () => {
    const [leaf = '', ...path] = blocksOf(good['tls.crt']);
    const found = await reasonsFor({ ...good, 'tls.crt': path.join('') + leaf });
    assert.ok(found.includes('wrongIssuer'), found.join());
  });
});

describe('wrongNames', () => {
  const dnsNames = ['shop.example.org', 'www.example.org'];
  it('is the reason for a name too few or too many', async () => {
    const wanted = testTarget({ dnsNames });
    assert.deepEqual(await reasonsFor(good, { target: wanted }), ['wrongNames']);
    assert.deepEqual(await reasonsForFilesOf({ dnsNames }), ['wrongNames']);
  });

  it('is the reason for a name of another kind', async () => {
    assert.deepEqual(await reasonsForFilesOf({ ipAddresses: ['10.0.0.1'] }), ['wrongNames']);
  });

  it('is no reason where only the order, the case or the spelling of an address differ', async () => {
    const subject = { commonName: 'shop.example.org' };
    const ipAddresses = ['2001:db8::1', '10.0.0.1'];
    const files = await authorities.filesFor(testTarget({ subject, dnsNames, ipAddresses }));
    const wanted = testTarget({
      subject,
      dnsNames: ['WWW.example.org', 'shop.example.org'],
      ipAddresses: ['10.0.0.1', '2001:DB8:0::1'],
    });
    assert.deepEqual(await reasonsFor(files, { target: wanted }), []);
  });
});

describe('wrongUsage', () => {
  it('is the reason for a client certificate where a server is to serve it, and the reverse', async () => {
    const subject = { commonName: 'shop.example.org' };
    assert.deepEqual(await reasonsForFilesOf({ profile: 'client', subject }), ['wrongUsage']);
    const client = testTarget({ profile: 'client', subject });
    const files = await authorities.filesFor(testTarget({ subject }));
    assert.deepEqual(await reasonsFor(files, { target: client }), ['wrongUsage']);
  });
});

describe('due and expired', () => {
  it('is due when a third of the lifetime is left, and not before', async () => {
    const target = testTarget({ jitter: '0s' });
    assert.deepEqual(await reasonsFor(good, { target, afterDays: 19.9 }), []);
    assert.deepEqual(await reasonsFor(good, { target, afterDays: 20.1 }), ['due']);
  });

  it('is due at renewBefore where the target says it', async () => {
    const wanted = testTarget({ renewBefore: '25d', jitter: '0s' });
    assert.deepEqual(await reasonsFor(good, { target: wanted, afterDays: 4.9 }), []);
    assert.deepEqual(await reasonsFor(good, { target: wanted, afterDays: 5.1 }), ['due']);
  });

  it('is expired from the first instant after notAfter, which itself belongs to the validity', async () => {
    const last = 30 - 1_000 / DAY_MS;
    assert.deepEqual(await reasonsFor(good, { afterDays: last }), ['due']);
    assert.deepEqual(await reasonsFor(good, { afterDays: last + 1_000 / DAY_MS }), ['expired']);
  });
});

it('tells all reasons at once', async () => {
  const files = await authorities.filesFor(
    testTarget({ authority: 'other', profile: 'client', dnsNames: ['elsewhere.example.org'] }),
  );
  const mixed = { ...files, 'tls.key': good['tls.key'] };
  const found = await reasonsFor(mixed, { afterDays: 31 });
  assert.deepEqual(
    new Set(found),
    new Set(['keyMismatch', 'wrongIssuer', 'wrongNames', 'wrongUsage', 'specChanged', 'expired']),
  );
});
