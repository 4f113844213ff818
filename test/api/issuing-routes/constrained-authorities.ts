import assert from 'node:assert/strict';
import * as der from '../../../src/x509/der.ts';
import * as oids from '../../../src/x509/oids.ts';
import { extKeyUsage, outsideAuthority } from '../../support/outside-authority.ts';
import { generalName, nameOf } from '../../unit/x509/hand-made-request.ts';
import { pathOf as pemOf } from '../authorities-on-the-wire.ts';
import { api, clock } from './issuing-world.ts';

const DAY_MS = 86_400_000;
const OURS = { kind: 'intermediate', keyAlgorithm: 'ecdsa-p256' } as const;

/** Creates authorities, and imports one, that each forbid something else; answers with their names. */
export async function constrainedAuthorities(): Promise<readonly string[]> {
  await create({
    ...{ name: 'middle', parent: 'root', validity: '4y', pathLenConstraint: 1 },
    nameConstraints: { excluded: { dnsNames: ['no.example.org'], ipRanges: ['10.0.0.0/8'] } },
  });
  await create({
    ...{ name: 'lower', parent: 'middle', validity: '300d' },
    nameConstraints: {
      permitted: { dnsNames: ['example.org'] },
      excluded: { uriDomains: ['.no.example.org'], emailDomains: ['no.example.org'] },
    },
  });
  await importTeam();
  return ['issuing', 'middle', 'lower', 'team'];
}

async function create(request: Readonly<Record<string, unknown>>): Promise<void> {
  const subject = { commonName: `Hostile ${request['name']}` };
  const reply = await api.post('/v1/authorities', { ...OURS, subject, ...request });
  assert.equal(reply.status, 201, reply.text);
}

/** Constraints as only other people's authorities have them, the narrower ones above. */
async function importTeam(): Promise<void> {
  const organization = nameOf([oids.ORGANIZATION, der.utf8String('Example')]);
  const constraints = der.sequence(
    der.implicitConstructed(0, der.sequence(generalName.directory(organization))),
    der.implicitConstructed(1, der.sequence(generalName.email('agent@example.org'))),
  );
  const named = (common: string) =>
    nameOf(
      [oids.ORGANIZATION, der.utf8String('Example')],
      [oids.COMMON_NAME, der.utf8String(common)],
    );
  const root = outsideAuthority({
    subject: named('Team Root'),
    extensions: {
      [oids.NAME_CONSTRAINTS]: { isCritical: true, value: constraints },
      [oids.EXT_KEY_USAGE]: extKeyUsage(oids.CLIENT_AUTH),
    },
    notAfter: new Date(clock.now().getTime() + 60 * DAY_MS),
  });
  const team = outsideAuthority({
    subject: named('Team Issuing'),
    issuer: root,
    notAfter: new Date(clock.now().getTime() + 50 * DAY_MS),
  });
  const body = { name: 'team', certificate: pemOf(team, root), privateKey: team.keyPem };
  const reply = await api.post('/v1/authorities/import', body);
  assert.equal(reply.status, 201, reply.text);
}
