import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { laxLeafRequest } from '../../support/hostile-leaf-requests.ts';
import { certified } from '../../support/outside-authority.ts';
import { type AuthorityJson, pathOf as pemOf, signedOutside } from '../authorities-on-the-wire.ts';
import { hostileLevels, pathOfLevels } from './hostile-authorities.ts';
import { api, type Departed, departedIn, type Way, way } from './issuing-world.ts';
import { authorityNames, hostileRequest } from './leaf-ways.ts';

const AUTHORITIES = '/v1/authorities';
let count = 0;
const newName = () => `authority-${++count}`;

/** Wishes that an authority without constraints grants; it is the authorities who are hostile here. */
const leaf = fc
  .tuple(laxLeafRequest, fc.constantFrom('client', 'server-client', 'spiffe'))
  .map(([{ subject, ...request }, profile]) => ({
    ...request,
    profile,
    subject: profile === 'client' ? subject : { organization: 'Example' },
  }));
const leaves = fc.array(fc.oneof({ arbitrary: leaf, weight: 3 }, hostileRequest), {
  minLength: 2,
  maxLength: 4,
});

/** What leaves below an authority, whatever is asked of it. */
async function askedOf(authority: string, requests: readonly object[]) {
  const departed: Departed[] = [];
  for (const request of requests) {
    const reply = await api.post('/v1/certificates', { ...request, authority });
    departed.push(...departedIn(reply));
  }
  return departed;
}

const commonName = fc.constantFrom(
  ...['Below', 'Below', 'Below', 'Büro'],
  ...[' hostile  MIDDLE', 'a.no.example.org', 'a\0b'],
);
const dnsNames = fc.array(fc.constantFrom('example.org', 'd.example.org', 'com'), { minLength: 1 });
const ipRanges = fc.constantFrom(['192.0.2.0/24'], ['10.0.0.0/8', '2001:db8::/32']);
const subtrees = fc.record({ dnsNames, ipRanges }, { requiredKeys: ['dnsNames'] });
const members = {
  subject: fc.record(
    { commonName, organization: fc.constantFrom('Example', 'Other') },
    { requiredKeys: ['commonName'] },
  ),
  validity: fc.constantFrom('1d', '1d', '30d', '30d', '300d', '5y', '11y', '999999y'),
  pathLenConstraint: fc.constantFrom(0, 0, 0, 1, 255),
  nameConstraints: fc.record({ permitted: subtrees, excluded: subtrees }, { requiredKeys: [] }),
};
const requiredKeys = ['subject', 'validity'] as const;
const intermediate = fc.record(
  { parent: fc.constantFrom('root', ...authorityNames), ...members },
  { requiredKeys: ['parent', ...requiredKeys] },
);
const root = fc.record(members, { requiredKeys: [...requiredKeys] });

function creation(kind: 'root' | 'intermediate', asked: fc.Arbitrary<object>): Way {
  return way(
    fc.record({ authority: asked, leaves }),
    async ({ authority, leaves: requests }) => {
      const name = newName();
      const body = { name, kind, keyAlgorithm: 'ecdsa-p256', ...authority };
      const reply = await api.post(AUTHORITIES, body);
      if (departedIn(reply).length === 0) return [];
      const { certificate, parent } = reply.json<AuthorityJson>();
      const itself = { certificate, authority: parent ?? name, profile: kind };
      return [itself, ...(await askedOf(name, requests))];
    },
    25,
  );
}

const fromElsewhere = fc.record({ levels: hostileLevels, leaves });

/** POST /v1/authorities. */
export const newAuthorities = {
  'of a root': creation('root', root),
  'of an intermediate': creation('intermediate', intermediate),
};

/** POST /v1/authorities/import: what is below keeps what everybody above has said. */
export const imports = {
  'of an authority from elsewhere': way(
    fromElsewhere,
    async ({ levels, leaves: requests }) => {
      const name = newName();
      const [own, ...above] = pathOfLevels(levels).toReversed();
      assert.ok(own);
      const namesAbove = above.map(newName);
      const certificate = pemOf(own, ...above);
      const body = { name, namesAbove, certificate, privateKey: own.keyPem };
      const reply = await api.post(`${AUTHORITIES}/import`, body);
      return departedIn(reply).length === 0 ? [] : askedOf(name, requests);
    },
    40,
  ),
};

/** POST /v1/authorities/{name}/certificate, likewise. */
export const certifications = {
  'of an authority that others have signed': way(
    fromElsewhere,
    async ({ levels: [changes = {}, ...levels], leaves: requests }) => {
      const name = newName();
      const pending = await api.post(AUTHORITIES, { ...signedOutside, name });
      const { certificationRequest } = pending.json<AuthorityJson>();
      const above = pathOfLevels(levels).toReversed();
      const [signer] = above;
      assert.ok(signer);
      const own = certified(certificationRequest, signer, changes);
      const body = { certificate: pemOf(own, ...above), namesAbove: above.map(newName) };
      const reply = await api.post(`${AUTHORITIES}/${name}/certificate`, body);
      if (reply.status !== 200) {
        assert.equal(departedIn(reply).length, 0);
        return askedOf(name, requests);
      }
      const { certificate } = reply.json<AuthorityJson>();
      assert.deepEqual(new X509Certificate(certificate).raw, own.der);
      return askedOf(name, requests);
    },
    25,
  ),
};
