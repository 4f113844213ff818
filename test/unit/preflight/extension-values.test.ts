import assert from 'node:assert/strict';
import { it } from 'node:test';
import { preflight } from '../../../src/preflight/preflight.ts';
import * as der from '../../../src/x509/der.ts';
import {
  CERTIFICATE_POLICIES,
  describeOid,
  NETSCAPE_CERT_TYPE,
  POLICY_CONSTRAINTS,
} from '../../../src/x509/oids.ts';
import { encodeCertificates } from '../../../src/x509/pem.ts';
import {
  type CertificateParts,
  critical,
  handMadeAuthority,
  handMadeCertificate,
  JUDGED_AT,
} from '../../support/hand-made-certificate.ts';
import { root } from './broken-files.ts';

async function judge(extensions: CertificateParts['extensions'], isAuthority: boolean) {
  const parts = { issuer: root, ...(extensions ? { extensions } : {}) };
  const one = isAuthority ? handMadeAuthority('Issuing', parts) : handMadeCertificate(parts);
  const file = encodeCertificates([one.der, root.der]);
  const { verdict, findings } = await preflight('rfc5280', file, JUDGED_AT);
  return { verdict, found: findings.map(({ rule, detail }) => `${rule.id} ${detail}`).join() };
}

it('an extension is refused where it is not what its standard says, and told by its name', async () => {
  const empty = { value: der.sequence() };
  const negative = { value: der.sequence(der.implicit(0, Buffer.of(0xff))) };
  for (const [id, extension] of [
    [CERTIFICATE_POLICIES, empty],
    [POLICY_CONSTRAINTS, critical(empty)],
    [POLICY_CONSTRAINTS, critical(negative)],
  ] as const) {
    const { verdict, found } = await judge({ [id]: extension }, true);
    assert.equal(verdict, 'refused');
    const words = `extension-values-well-formed has an extension whose value is no ${describeOid(id)}: `;
    assert.ok(found.startsWith(words), found);
  }
  const good = critical({ value: der.sequence(der.implicit(1, Buffer.of(0))) });
  assert.deepEqual(await judge({ [POLICY_CONSTRAINTS]: good }, true), {
    verdict: 'accepted',
    found: '',
  });
});

it('a leaf is warned of what only an authority says', async () => {
  const extensions = { [NETSCAPE_CERT_TYPE]: { value: der.namedBits([1, 5]) } };
  const { verdict, found } = await judge(extensions, false);
  assert.equal(verdict, 'accepted');
  assert.match(found, /^authority-extensions-authorities-only has a Netscape certificate type/);
  assert.deepEqual(await judge(extensions, true), { verdict: 'accepted', found: '' });
});
