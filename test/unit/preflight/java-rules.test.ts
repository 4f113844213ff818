import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  JavaFailure,
  type JavaRanges,
  merged,
  permits,
} from '../../../src/preflight/java-ip-ranges.ts';
import { preflight } from '../../../src/preflight/preflight.ts';
import { ipOctets, ipRangeOctets } from '../../../src/x509/ip-address.ts';
import { KEY_USAGE, SUBJECT_KEY_IDENTIFIER } from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import {
  commonName,
  critical,
  handMadeAuthority,
  handMadeCertificate,
  JUDGED_AT,
  keyUsageOf,
} from '../../support/hand-made-certificate.ts';
import { generalName } from '../x509/hand-made-request.ts';
import {
  constrained,
  goodModulus,
  leaf,
  madeUpRsaKey,
  nameConstraints,
  names,
  path,
  type RuleBreaker,
  root,
} from './broken-files.ts';

async function brokenBy({ file }: RuleBreaker): Promise<readonly string[]> {
  const pem = file.map((octets) => encodePem('CERTIFICATE', octets)).join('');
  const { findings } = await preflight('java', pem, JUDGED_AT);
  return findings.map(({ rule: { id } }) => id);
}

describe('for Java', () => {
  it('an RSA exponent of 3 is good, and so is an even one', async () => {
    for (const exponent of [3, 4]) {
      assert.deepEqual(await brokenBy(leaf(madeUpRsaKey(goodModulus, exponent))), []);
    }
  });

  it('a server with an RSA key may have keyEncipherment alone', async () => {
    const extensions = { [KEY_USAGE]: keyUsageOf('keyEncipherment') };
    assert.deepEqual(await brokenBy(leaf({ ...madeUpRsaKey(goodModulus), extensions })), []);
    assert.deepEqual(await brokenBy(leaf({ extensions })), ['java-digital-signature']);
  });

  it('what is critical in a root does not count', async () => {
    const root = handMadeAuthority('Own', {
      extensions: { [SUBJECT_KEY_IDENTIFIER]: critical({ value: Buffer.of(4, 1, 7) }) },
    });
    assert.deepEqual(await brokenBy(path(handMadeCertificate({ issuer: root }), root)), []);
  });
});

describe('a commonName where DNS names are constrained', () => {
  const permitted = [generalName.dns('example.org')];
  const mailbox = names(generalName.email('ops@example.org'));

  it('is taken by Java for a host where it is words between dots, and no address', async () => {
    for (const name of ['agent7', 'PartnersCA', 'partners-issuing', '7up', 'ab-', 'A.B']) {
      const file = constrained({ permitted }, { subject: commonName(name), ...mailbox });
      assert.deepEqual(await brokenBy(file), ['java-common-name-constraints'], name);
    }
    for (const name of ['a_b', 'Jane Doe', '-ab', 'a.', '*.evil.com', '10.1.1.1', '1.2', 'a..b']) {
      const file = constrained({ permitted }, { subject: commonName(name), ...mailbox });
      assert.deepEqual(await brokenBy(file), [], name);
    }
  });

  it('does not count beside a dNSName', async () => {
    const file = constrained(
      { permitted: [generalName.dns('webapp.example.org')] },
      { subject: commonName('agent7') },
    );
    assert.deepEqual(await brokenBy(file), []);
  });

  it('counts of an authority below another one, and not below the root alone', async () => {
    const extensions = nameConstraints({ permitted });
    const upper = handMadeAuthority('Upper Authority', { issuer: root, extensions });
    const lower = handMadeAuthority('Lower', { issuer: upper });
    const file = path(handMadeCertificate({ issuer: lower }), lower, upper, root);
    assert.deepEqual(await brokenBy(file), ['java-common-name-constraints']);
    const narrow = handMadeAuthority('Narrow Root', { extensions });
    const below = handMadeAuthority('Lower', { issuer: narrow });
    assert.deepEqual(
      await brokenBy(path(handMadeCertificate({ issuer: below }), below, narrow)),
      [],
    );
  });
});

type Level = readonly [permitted: readonly string[], excluded: readonly string[]];

/** What JDK 17 says of an address below these levels, from the top down. */
function verdictOn(levels: readonly Level[], address: string): string {
  let ranges: JavaRanges | undefined;
  try {
    for (const [permitted, excluded] of levels) {
      ranges = merged(ranges, { permitted: octetsOf(permitted), excluded: octetsOf(excluded) });
    }
    return ranges && !permits(ranges, ipOctets(address) ?? Buffer.alloc(0)) ? 'refused' : 'good';
  } catch (error) {
    assert.ok(error instanceof JavaFailure);
    return 'fails';
  }
}

function octetsOf(ranges: readonly string[]) {
  return ranges.length > 0 ? ranges.map((one) => ipRangeOctets(one) ?? Buffer.alloc(0)) : undefined;
}

describe('an address below ranges of both families', () => {
  const V4 = '10.0.0.0/8';
  const ALL = ['0.0.0.0/0', '::/0'];

  it('is judged where no comparison goes beyond an end', () => {
    assert.equal(verdictOn([[[V4], []]], '10.1.2.3'), 'good');
    assert.equal(verdictOn([[[V4, '2001:db8::/32'], []]], '2001:db8::1'), 'good');
    assert.equal(verdictOn([[[V4], []]], '2001:db8::1'), 'refused');
    assert.equal(
      verdictOn(
        [
          [[V4], []],
          [['10.1.0.0/16'], []],
        ],
        '10.2.0.1',
      ),
      'refused',
    );
    assert.equal(
      verdictOn(
        [
          [[V4], []],
          [['10.1.0.0/16'], ['10.1.9.0/24']],
        ],
        '10.1.0.1',
      ),
      'good',
    );
  });

  it('makes Java fail where the longer one is read beyond the end of the shorter', () => {
    assert.equal(verdictOn([[[V4], ['::/0']]], '10.1.2.3'), 'fails');
    assert.equal(
      verdictOn(
        [
          [[], ALL],
          [[], ALL],
        ],
        '10.1.2.3',
      ),
      'fails',
    );
    assert.equal(
      verdictOn(
        [
          [[V4], []],
          [['192.0.2.0/24'], []],
        ],
        '10.1.2.3',
      ),
      'fails',
    );
  });

  it('is refused where a range of the other family is taken for its own', () => {
    assert.equal(verdictOn([[['2001:db8::/32'], ['0.0.0.0/0']]], '2001:db8::1'), 'refused');
  });
});
