import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import type { PendingAuthority } from '../../../src/authority/authority.ts';
import {
  type OutsideAuthorityRequest,
  requestCertificate,
  requestedSubjectOf,
} from '../../../src/authority/request-certificate.ts';
import { KEY_ALGORITHMS } from '../../../src/certificate.ts';
import type { Profile } from '../../../src/issuance/profile.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { readRequest } from '../../../src/x509/decode-request.ts';
import { readDer } from '../../../src/x509/der-reader.ts';
import { subjectKeyIdentifierOf } from '../../../src/x509/key.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

const ASKED: OutsideAuthorityRequest = {
  name: 'platform',
  kind: 'intermediate',
  parent: null,
  subject: { commonName: 'Platform', country: 'CH', organization: 'Example & Söhne' },
  keyAlgorithm: 'ecdsa-p256',
  pathLenConstraint: 0,
};

/** A world in which pending authorities are kept, and every entry of the journal. */
function pendingWorld(...profiles: readonly Profile[]) {
  const world = new IssuanceWorld({}, profiles);
  const pending: PendingAuthority[] = [];
  const recordPending = (authority: PendingAuthority) => {
    pending.push(authority);
    return Promise.resolve();
  };
  const ask = (changes: Partial<OutsideAuthorityRequest> = {}) =>
    requestCertificate(
      { ...world.deps, recordPending },
      { ...ASKED, ...changes },
      { name: 'admin' },
    );
  return { world, pending, ask };
}

function textOf({ certificationRequest }: PendingAuthority): string {
  return execFileSync('openssl', ['req', '-noout', '-text', '-verify'], {
    input: encodePem('CERTIFICATE REQUEST', certificationRequest),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

describe('the request of an authority that is certified outside', () => {
  it('asks for what an authority needs, in the order of a subject of ours', async () => {
    const { ask } = pendingWorld();
    const pending = await ask();
    const text = textOf(pending);
    assert.match(text, /Subject: C ?= ?CH, O ?= ?.*, CN ?= ?Platform\n/);
    assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    assert.match(text, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    const { requested, subjectPublicKeyInfo } = readDer(pending.certificationRequest, readRequest);
    const identifier = subjectKeyIdentifierOf(subjectPublicKeyInfo).toString('hex');
    assert.equal(requested.values.subjectKeyIdentifier, identifier);
    assert.equal(requested.extensions.length, 3);
  });

  it('completes the subject by the defaults of its profile', async () => {
    const profile = new Profiles().profileOf('intermediate');
    const defaults = { organization: 'Default', locality: 'Bern' };
    const { ask } = pendingWorld({ ...profile, subject: { ...profile.subject, defaults } });
    const pending = await ask();
    assert.deepEqual(requestedSubjectOf(pending), { ...ASKED.subject, locality: 'Bern' });
    assert.match(textOf(pending), /Subject: C ?= ?CH, L ?= ?Bern, O ?= ?.*, CN ?= ?Platform\n/);
  });

  it('asks for no path length where none was asked for', async () => {
    const { pathLenConstraint: _, ...unlimited } = ASKED;
    const pending = await pendingWorld().ask({ ...unlimited, pathLenConstraint: undefined });
    assert.match(textOf(pending), /CA:TRUE\n/);
  });

  for (const keyAlgorithm of KEY_ALGORITHMS) {
    const schemes = keyAlgorithm.startsWith('rsa') ? (['pkcs1-v1_5', 'pss'] as const) : [undefined];
    for (const rsaSignatureScheme of schemes) {
      it(`proves that its key is here: ${keyAlgorithm} ${rsaSignatureScheme ?? ''}`, async () => {
        const pending = await pendingWorld().ask({ keyAlgorithm, rsaSignatureScheme });
        assert.equal(pending.rsaSignatureScheme, rsaSignatureScheme);
        // -verify makes openssl fail where the signature does not hold.
        const isPss = textOf(pending).includes('Signature Algorithm: rsassaPss');
        assert.equal(isPss, rsaSignatureScheme === 'pss');
      });
    }
  }

  it('is recorded before it leaves, with its key sealed', async () => {
    const { world, pending, ask } = pendingWorld();
    const answered = await ask();
    assert.deepEqual(pending, [answered]);
    await world.issuers.assertKeyOpens(answered);
    await assert.rejects(pendingWorld().world.issuers.assertKeyOpens(answered));
    await assert.rejects(world.issuers.assertKeyOpens({ ...answered, name: 'another' }));
  });

  it('is refused for a subject that no certificate can have, and for a name that is taken', async () => {
    const { world, pending, ask } = pendingWorld();
    const nameless = ask({ subject: { organization: 'x'.repeat(65), country: 'xx' } });
    assert.deepEqual(await refusalOf(nameless), [
      'request-refused',
      '/subject/country',
      '/subject/organization',
      '/subject/commonName',
    ]);
    await world.createRoot({ name: 'platform' });
    assert.deepEqual(await refusalOf(ask()), ['name-taken', '/name']);
    assert.deepEqual(pending, []);
  });
});
