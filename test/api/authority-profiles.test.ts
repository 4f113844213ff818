import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { ProfileBody } from '../../api/schemas/profile.ts';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import type { AuthorityJson } from './authorities-on-the-wire.ts';
import { placesIn } from './certificates-on-the-wire.ts';

const subject = {
  defaults: { organization: 'Example', country: 'GB', organizationalUnit: 'PKI' },
  callerMaySet: ['commonName', 'organizationalUnit'],
};
const root = ProfileBody.parse({ name: 'root', subject, validity: { default: '10y' } });
const intermediate = ProfileBody.parse({
  ...{ name: 'intermediate', subject },
  validity: { default: '2y', maximum: '5y' },
});
/** With `root` and `intermediate`, whose subjects are completed too, or they would not be there. */
const { api, clock, declareProfiles } = await startApi({ profiles: [root, intermediate] });

const SHOWN = ['-noout', '-subject', '-nameopt', 'RFC2253,-dn_rev'];

/** The subject of what an answer holds, as it is written there. */
function subjectIn(reply: Reply): string {
  assert.equal(reply.status, 201, reply.text);
  const { certificate, certificationRequest } = reply.json<Partial<AuthorityJson>>();
  const [command, input] = certificate ? ['x509', certificate] : ['req', certificationRequest];
  return execFileSync('openssl', [String(command), ...SHOWN], { input, encoding: 'utf8' }).trim();
}

/** In whole days from now. */
function daysOf(reply: Reply): number {
  assert.equal(reply.status, 201, reply.text);
  const { notAfter } = reply.json<{ readonly notAfter: string }>();
  return Math.round((Date.parse(notAfter) - clock.now().getTime()) / 86_400_000);
}

let count = 0;
function create(more: Readonly<Record<string, unknown>>): Promise<Reply> {
  count += 1;
  const named = { name: `a${count}`, subject: { commonName: `A ${count}` } };
  return api.post('/v1/authorities', { ...named, keyAlgorithm: 'ecdsa-p256', ...more });
}

const KINDS = [
  ['a root', { kind: 'root' }],
  ['an intermediate', { kind: 'intermediate', parent: 'root' }],
  ['the request of an intermediate', { kind: 'intermediate', parent: null }],
] as const;

describe('POST /v1/authorities under profiles of the settings file', () => {
  for (const [what, kind] of KINDS) {
    it(`201: completes the subject of ${what}, in the order C, ST, L, O, OU, CN`, async () => {
      const plain = await create({ ...kind, subject: { commonName: 'A' } });
      assert.equal(subjectIn(plain), 'subject=C=GB,O=Example,OU=PKI,CN=A');
      const own = { commonName: 'B', organizationalUnit: 'Own' };
      const chosen = await create({ ...kind, subject: own });
      assert.equal(subjectIn(chosen), 'subject=C=GB,O=Example,OU=Own,CN=B');
      const { subject: answered } = chosen.json<AuthorityJson>();
      assert.deepEqual(answered, { country: 'GB', organization: 'Example', ...own });
    });
  }

  it('201: without a validity, lives as long as the profile says', async () => {
    assert.equal(daysOf(await create({ kind: 'root' })), 3650);
    assert.equal(daysOf(await create({ kind: 'intermediate', parent: 'root' })), 730);
    const asked = await create({ kind: 'intermediate', parent: 'root', validity: '90d' });
    assert.equal(daysOf(asked), 90);
  });

  it('201: without a key algorithm, has the one that leaves of such a profile would have', async () => {
    const keyAlgorithm = undefined;
    const algorithmOf = (reply: Reply) => reply.json<AuthorityJson>().keyAlgorithm;
    for (const [, kind] of KINDS) {
      assert.equal(algorithmOf(await create({ ...kind, keyAlgorithm })), 'ecdsa-p256');
    }
    const keyAlgorithms = ['rsa-2048', 'ecdsa-p384'];
    const narrow = (name: string) =>
      ProfileBody.parse({ name, keyAlgorithms, validity: { default: '1y' } });
    declareProfiles(narrow('root'), narrow('intermediate'));
    for (const [, kind] of KINDS) {
      const reply = await create({ ...kind, keyAlgorithm, rsaSignatureScheme: 'pss' });
      assert.equal(algorithmOf(reply), 'rsa-2048');
    }
    declareProfiles(root, intermediate);
    const reply = await create({ kind: 'root', keyAlgorithm, rsaSignatureScheme: 'pss' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/rsaSignatureScheme']);
  });

  it('422: an intermediate is refused alike, whoever is to sign it', async () => {
    const bounds = { minimum: '30d', default: '2y', maximum: '5y' };
    const narrow = { ...{ name: 'intermediate', subject }, keyAlgorithms: ['ecdsa-p256'] };
    declareProfiles(ProfileBody.parse({ ...narrow, validity: bounds }));
    for (const parent of ['root', null]) {
      const refused = async (more: object) =>
        placesIn(await create({ kind: 'intermediate', parent, ...more }), 422, 'request-refused');
      const evil = { commonName: 'A', organization: 'Evil' };
      assert.deepEqual(await refused({ subject: evil }), ['/subject/organization']);
      assert.deepEqual(await refused({ keyAlgorithm: 'rsa-2048' }), ['/keyAlgorithm']);
      const lookalike = { commonName: 'аррӏе.com' };
      assert.deepEqual(await refused({ subject: lookalike }), ['/subject/commonName']);
      assert.equal((await create({ kind: 'intermediate', parent })).status, 201);
    }
    declareProfiles(root, intermediate);
  });

  it('400: without a validity where the profile has none for it, beside all other faults', async () => {
    declareProfiles(ProfileBody.parse({ name: 'root', validity: { maximum: '10y' } }));
    const missing = await create({ kind: 'root', keyAlgorithm: 'dsa' });
    assert.deepEqual(placesIn(missing, 400, 'request-malformed'), ['/keyAlgorithm', '/validity']);
    for (const kind of [{ kind: 'root' }, { kind: 'intermediate', parent: 'root' }]) {
      const reply = await create(kind);
      const { errors } = reply.json<{ readonly errors: readonly object[] }>();
      assert.equal(reply.status, 400);
      assert.deepEqual(errors, [{ pointer: '/validity', detail: 'is required' }]);
    }
    declareProfiles(root, intermediate);
  });
});
