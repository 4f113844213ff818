import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { preflight } from '../../../src/preflight/preflight.ts';
import { KEY_USAGE, SUBJECT_KEY_IDENTIFIER } from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import {
  critical,
  handMadeAuthority,
  handMadeCertificate,
  JUDGED_AT,
  keyUsageOf,
} from '../../support/hand-made-certificate.ts';
import { goodModulus, leaf, madeUpRsaKey, path, type RuleBreaker } from './broken-files.ts';

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
