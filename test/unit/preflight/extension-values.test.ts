import assert from 'node:assert/strict';
import { it } from 'node:test';
import { preflight } from '../../../src/preflight/preflight.ts';
import type { Consumer } from '../../../src/preflight/rule.ts';
import * as der from '../../../src/x509/der.ts';
import {
  CERTIFICATE_POLICIES,
  describeOid,
  FRESHEST_CRL,
  NETSCAPE_CERT_TYPE,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
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

async function judge(
  extensions: CertificateParts['extensions'],
  isAuthority: boolean,
  consumer: Consumer = 'rfc5280',
) {
  const parts = { issuer: root, ...(extensions ? { extensions } : {}) };
  const one = isAuthority ? handMadeAuthority('Issuing', parts) : handMadeCertificate(parts);
  const file = encodeCertificates([one.der, root.der]);
  const { verdict, findings } = await preflight(consumer, file, JUDGED_AT);
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

it('critical addresses of CRLs for deltas are refused for every reader, and mappings of policies are not', async () => {
  const point = der.implicitConstructed(0, der.implicit(6, Buffer.from('http://a.b/c')));
  const deltas = der.sequence(der.sequence(der.explicit(0, point)));
  const mappings = der.sequence(der.sequence(der.oid('1.2.3'), der.oid('1.2.4')));
  for (const consumer of ['rfc5280', 'envoy', 'istio', 'openssl', 'go', 'java'] as const) {
    const refused = await judge({ [FRESHEST_CRL]: critical({ value: deltas }) }, true, consumer);
    assert.match(
      refused.found,
      /no-unknown-critical-extension has the critical extension freshestCRL/,
      consumer,
    );
    const taken = await judge({ [POLICY_MAPPINGS]: critical({ value: mappings }) }, true, consumer);
    assert.deepEqual(taken, { verdict: 'accepted', found: '' }, consumer);
  }
});

it('a leaf is warned of what only an authority says', async () => {
  const extensions = { [NETSCAPE_CERT_TYPE]: { value: der.namedBits([1, 5]) } };
  const { verdict, found } = await judge(extensions, false);
  assert.equal(verdict, 'accepted');
  assert.match(found, /^authority-extensions-authorities-only has a Netscape certificate type/);
  assert.deepEqual(await judge(extensions, true), { verdict: 'accepted', found: '' });
});
