import assert from 'node:assert/strict';
import * as der from '../../../src/x509/der.ts';
import * as oids from '../../../src/x509/oids.ts';
import { hostileLeafRequest } from '../../support/hostile-leaf-requests.ts';
import { IssuanceWorld, NOW } from '../../support/issuance.ts';
import { NARROW } from '../../support/narrow-profile.ts';
import { extKeyUsage, worldBelow } from '../../support/outside-authority.ts';
import { generalName, nameOf } from '../x509/hand-made-request.ts';

const DAY_MS = 86_400_000;

/** Constraints of our own at two levels, the lower one the narrower. */
export async function constrainedWorld(): Promise<IssuanceWorld> {
  const world = new IssuanceWorld({}, [NARROW]);
  await world.createRoot();
  await world.createIntermediate({
    name: 'middle',
    subject: { commonName: 'Test Middle' },
    pathLenConstraint: 1,
    nameConstraints: { excluded: { dnsNames: ['no.example.org'], ipRanges: ['10.0.0.0/8'] } },
  });
  await world.createIntermediate({
    parent: 'middle',
    validity: '1y',
    nameConstraints: {
      permitted: { dnsNames: ['example.org'] },
      excluded: { uriDomains: ['.no.example.org'], emailDomains: ['no.example.org'] },
    },
  });
  return world;
}

/** Constraints as only other people's authorities have them: of directory names, of purposes, by mailbox. */
function outsideWorld(): IssuanceWorld {
  const organization = nameOf([oids.ORGANIZATION, der.utf8String('Example')]);
  const subtree = (name: Buffer) => der.sequence(name);
  const permitted = [generalName.directory(organization), generalName.email('example.org')];
  const excluded = [generalName.uri('a.no.example.org'), generalName.dns('no.example.org')];
  const constraints = der.sequence(
    der.implicitConstructed(0, ...permitted.map(subtree)),
    der.implicitConstructed(1, ...excluded.map(subtree)),
  );
  const { world } = worldBelow(
    {
      extensions: {
        [oids.NAME_CONSTRAINTS]: { isCritical: true, value: constraints },
        [oids.EXT_KEY_USAGE]: extKeyUsage(oids.CLIENT_AUTH),
      },
      notAfter: new Date(NOW.getTime() + 200 * DAY_MS),
    },
    { notAfter: new Date(NOW.getTime() + 100 * DAY_MS) },
  );
  return world;
}

/** Each with what is asked of it. */
export const WORLDS = [
  {
    whose: 'authorities of ours',
    world: await constrainedWorld(),
    request: hostileLeafRequest('server', 'client', 'server-client', 'spiffe'),
  },
  {
    whose: 'authorities of ours, by an operator’s profile',
    world: await constrainedWorld(),
    request: hostileLeafRequest('narrow'),
  },
  {
    whose: 'authorities from elsewhere',
    world: outsideWorld(),
    request: hostileLeafRequest('client', 'client', 'client', 'server', 'spiffe'),
  },
] as const;

/** The certificates of an authority and of those above it, as they were recorded. */
export function pathOf(world: IssuanceWorld, name = 'issuing'): readonly Uint8Array[] {
  const { certificate, parent } = world.authorities.get(name) ?? assert.fail(name);
  return [certificate.der, ...(parent === null ? [] : pathOf(world, parent))];
}
