import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { deliveryRules, placeRules } from '../../../src/preflight/rules.ts';
import {
  assertAccepted,
  assertBegunThere,
  assertWritable,
  deliveryFindings,
} from '../../../src/rotation/delivery.ts';
import type { DeliveryTerms } from '../../../src/rotation/delivery-candidates.ts';
import type {
  Beside,
  DestinationFiles,
  DestinationState,
} from '../../../src/rotation/destination.ts';
import { expectationOf } from '../../../src/rotation/expectation.ts';
import type { Expectation } from '../../../src/rotation/reasons.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { TestAuthorities, TestClock, testTarget } from '../../support/rotation.ts';
import { crlOf, ocspResponseAbout } from '../x509/hand-made-statements.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Our clock is ten minutes ahead of the API server's, or behind it. */
const AHEAD = { leastMs: 10 * MINUTE_MS, mostMs: 10 * MINUTE_MS + 1_000 };
const BEHIND = { leastMs: -AHEAD.mostMs, mostMs: -AHEAD.leastMs };

/** A Secret for mutual TLS. */
const target: RotationTarget = {
  ...testTarget(),
  destination: {
    ...{ type: 'kubernetesSecret', namespace: 'istio-system', name: 'web' },
    ...{ secretType: 'Opaque', includeRoot: false, adopt: false },
    ...{ clientAuthorities: ['issuing'], clientTrust: 'issuer' },
  },
};

let clock: TestClock;
let authorities: TestAuthorities;
let expected: Expectation;
let files: DestinationFiles;

beforeEach(async () => {
  clock = new TestClock();
  authorities = await TestAuthorities.withSiblings(clock.now);
  expected = await expectationOf(authorities, target);
  files = await authorities.filesFor(target);
});

function holding(beside?: Beside): DestinationState {
  const state = { kind: 'present', files, isAsWritten: true, revision: 1, version: '1' } as const;
  return beside ? { ...state, beside } : state;
}

const entries = (content: Readonly<Record<string, Uint8Array>>) => holding({ entries: content });
const filled = Buffer.from('x');

/** What a test says otherwise than that all is well. */
interface Fault {
  readonly files?: Partial<DestinationFiles>;
  readonly terms?: Partial<DeliveryTerms>;
}

async function crlFor(authority: string, nextUpdate: Date): Promise<Buffer> {
  const [{ subjectName }] = await authorities.pathOf(authority);
  const der = crlOf(subjectName, { thisUpdate: clock.now(), nextUpdate });
  return Buffer.from(encodePem('X509 CRL', der));
}

/** For every rule of places and files something that breaks it. */
const breakers: Readonly<Record<string, () => Promise<Fault> | Fault>> = {
  'destination-ours': () => ({ terms: { found: { kind: 'foreign', owner: 'cert-manager' } } }),
  'destination-writable': () => ({
    terms: { found: { ...holding(), obstacle: 'is immutable' } as DestinationState },
  }),
  'istio-generic-pair': () => ({ terms: { found: entries({ cert: filled, key: filled }) } }),
  'istio-generic-ca': () => ({ terms: { found: entries({ cacert: filled }) } }),
  'istio-stale-cacert': () => ({
    terms: { found: holding({ entries: {}, separateCa: { name: 'web-cacert', pem: 'old' } }) },
  }),
  'envoy-foreign-staple': () => ({
    terms: { found: entries({ 'tls.ocsp-staple': ocspResponseAbout('4a') }) },
  }),
  'envoy-crls-complete': async () => ({
    terms: {
      found: entries({ 'ca.crl': await crlFor('other', new Date(clock.now().getTime() + DAY_MS)) }),
    },
  }),
  'destination-clock': async () => {
    const found = holding();
    clock.advance(DAY_MS);
    return { files: await authorities.filesFor(target), terms: { found, clockOffset: AHEAD } };
  },
  'delivery-readable': () => ({ files: { 'tls.crt': 'garbage' } }),
  'delivery-key-matches': async () => {
    const { 'tls.key': key } = await authorities.filesFor(target);
    return { files: { 'tls.key': key } };
  },
  'delivery-path-to-root': async () => {
    await authorities.create({ name: 'stranger' });
    await authorities.create({ name: 'theirs', parent: 'stranger' });
    const others = await authorities.filesFor({ ...target, authority: 'theirs' });
    return { files: { 'tls.crt': others['tls.crt'], 'tls.key': others['tls.key'] } };
  },
  'delivery-names': async () => {
    const others = await authorities.filesFor({ ...target, dnsNames: ['other.example.org'] });
    return { files: { 'tls.crt': others['tls.crt'], 'tls.key': others['tls.key'] } };
  },
  'delivery-renewal-ahead': () => ({
    terms: { now: new Date(clock.now().getTime() + 25 * DAY_MS) },
  }),
  'delivery-purpose': async () => {
    const others = await authorities.filesFor({ ...target, profile: 'client' });
    return { files: { 'tls.crt': others['tls.crt'], 'tls.key': others['tls.key'] } };
  },
  'delivery-client-authorities': () => ({ files: { 'ca.crt': 'garbage' } }),
  'delivery-client-authorities-wanted': async () => {
    await authorities.create({ name: 'stranger' });
    const [{ der }] = await authorities.pathOf('stranger');
    return { files: { 'ca.crt': encodePem('CERTIFICATE', der) } };
  },
  'secret-size': () => ({ files: { 'ca.crt': `${files['ca.crt']}${'\n'.repeat(1024 * 1024)}` } }),
};

function findingsWith({ files: changed, terms }: Fault): readonly string[] {
  const all = { expected, found: holding(), now: clock.now(), ...terms };
  return deliveryFindings({ ...files, ...changed }, all)
    .findings.filter(({ rule }) => rule.severity === 'error')
    .map(({ rule }) => rule.id);
}

describe('a preflight of what is to be written', () => {
  it('has nothing against what we write', () => {
    assert.deepEqual(findingsWith({}), []);
    assertAccepted(files, { expected, found: { kind: 'absent' }, now: clock.now() });
  });

  it('has for every rule something that breaks it', () => {
    const ids = [...placeRules, ...deliveryRules].map(({ id }) => id);
    assert.deepEqual(Object.keys(breakers).toSorted(), ids.toSorted());
  });

  for (const [id, breaker] of Object.entries(breakers)) {
    it(`finds that ${id} is broken, and stops the write by its name`, async () => {
      const fault = await breaker();
      assert.ok(findingsWith(fault).includes(id), findingsWith(fault).join());
      const terms = { expected, found: holding(), now: clock.now(), ...fault.terms };
      assert.throws(() => assertAccepted({ ...files, ...fault.files }, terms), {
        code: 'request-refused',
        message: new RegExp(`preflight ${id}: .*\\(.+\\)`, 's'),
      });
    });
  }

  it('names what the consumer would have said, and where that is written', async () => {
    const { 'tls.key': key } = await authorities.filesFor(target);
    const terms = { expected, found: holding(), now: clock.now() };
    assert.throws(() => assertAccepted({ ...files, 'tls.key': key }, terms), {
      message: /KEY_VALUES_MISMATCH.*context_impl\.cc/s,
    });
  });

  it('takes a staple and CRLs that belong to what is written', async () => {
    const [serialNumber = ''] = [
      deliveryFindings(files, {
        ...{ expected, found: holding(), now: clock.now() },
      }).serialNumber,
    ];
    const staple = ocspResponseAbout(serialNumber);
    const inTime = new Date(clock.now().getTime() + DAY_MS);
    const crl = await crlFor('issuing', inTime);
    const found = entries({ 'tls.ocsp-staple': staple, 'ca.crl': crl });
    assert.deepEqual(findingsWith({ terms: { found } }), []);
    const ended = await crlFor('issuing', new Date(clock.now().getTime() - 1000));
    assert.deepEqual(findingsWith({ terms: { found: entries({ 'ca.crl': ended }) } }), [
      'envoy-crls-complete',
    ]);
  });

  it('takes a separate Secret of client authorities that says the same, and one beside none of ours', async () => {
    const separateCa = { name: 'web-cacert', pem: `# theirs\n${files['ca.crt']}` };
    assert.deepEqual(findingsWith({ terms: { found: holding({ entries: {}, separateCa }) } }), []);
  });

  it('stops before anything is issued where the place spoils whatever is written', () => {
    const found = entries({ cert: filled, key: filled });
    assert.throws(() => assertWritable(expected, found, clock.now()), /istio-generic-pair/);
    assertWritable(expected, entries({ cert: filled }), clock.now());
    assertWritable(expected, { kind: 'absent' }, clock.now());
  });

  it('does not look for Istio’s entries in a directory', async () => {
    const ofDirectory = await expectationOf(authorities, testTarget());
    const found = entries({ cert: filled, key: filled });
    assertWritable(ofDirectory, found, clock.now());
  });
});

describe('where our clock and that of the API server differ', () => {
  const termsOf = (found: DestinationState, clockOffset = AHEAD): DeliveryTerms => ({
    expected,
    found,
    now: clock.now(),
    clockOffset,
  });

  it('nothing is issued that would begin in the future of the API server, while what is there is good', () => {
    const found = holding();
    clock.advance(DAY_MS);
    assert.throws(() => assertBegunThere(termsOf(found)), {
      code: 'request-refused',
      message:
        /destination-clock: has not begun .* 10 min ahead: set the one that is wrong, which prevents openssl: "certificate is not yet valid"/,
    });
    const withinBackdate = { leastMs: 5 * MINUTE_MS, mostMs: 5 * MINUTE_MS + 1_000 };
    assertBegunThere(termsOf(found, withinBackdate));
    assertBegunThere(termsOf(found, BEHIND));
  });

  it('it is judged whether that is good by the clock of the API server', () => {
    const found = holding();
    clock.advance(30 * DAY_MS + 5 * MINUTE_MS);
    assert.throws(() => assertBegunThere(termsOf(found)), /destination-clock/, 'it ends in 5 min');
    clock.advance(6 * MINUTE_MS);
    assertBegunThere(termsOf(found));
  });

  it('what begins in some minutes is better than nothing, where nothing is there that could be used', async () => {
    clock.advance(DAY_MS);
    const fresh = await authorities.filesFor(target);
    const mixed = { ...files, 'tls.key': fresh['tls.key'] };
    const broken = { ...holding(), files: mixed } as DestinationState;
    for (const found of [{ kind: 'absent' } as const, broken]) {
      assertBegunThere(termsOf(found));
      assertAccepted(fresh, termsOf(found));
    }
  });

  it('what was issued by a right clock is put back, although ours is so far behind that it has not begun', () => {
    clock.advance(-10 * MINUTE_MS);
    assertAccepted(files, termsOf({ kind: 'absent' }, BEHIND));
    const unknown = { expected, found: { kind: 'absent' } as const, now: clock.now() };
    assert.throws(() => assertAccepted(files, unknown), /valid-now/);
  });
});
