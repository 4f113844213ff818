import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IssuanceWorld } from '../../support/issuance.ts';
import { hosts } from './profile-world.ts';

interface Warned {
  readonly certificate: {
    readonly warnings: readonly { readonly code: string; readonly detail: string }[];
  };
}

const codesOf = ({ certificate }: Warned) => certificate.warnings.map(({ code }) => code);

/** Java takes a root for a name and a key, so that constraints are those of an intermediate. */
const world = new IssuanceWorld();
await world.createRoot();

describe('below name constraints a warning says which libraries make something else of them', () => {
  it('of a certificate whose IPv4 address Java holds against an IPv6 range', async () => {
    const nameConstraints = {
      permitted: { ipRanges: ['10.0.0.0/8'] },
      excluded: { ipRanges: ['::/0'] },
    };
    const authority = await world.createIntermediate({ name: 'ranges', nameConstraints });
    assert.deepEqual(codesOf(authority), []);
    const issued = await world.issue({ ...hosts('a.example.org'), authority: 'ranges' });
    assert.deepEqual(codesOf(issued), []);
    const addressed = await world.issue({ ipAddresses: ['10.1.2.3'], authority: 'ranges' });
    assert.deepEqual(codesOf(addressed), ['java-address-constraints']);
    assert.match(addressed.certificate.warnings[0]?.detail ?? '', /; refused by Java$/);
  });

  it('of a client whose common name Java takes for a host', async () => {
    const nameConstraints = { permitted: { dnsNames: ['example.org'] } };
    await world.createIntermediate({ name: 'hosts', nameConstraints });
    const request = { authority: 'hosts', profile: 'client', emailAddresses: ['a@example.org'] };
    const issued = await world.issue({ ...request, subject: { commonName: 'agent7' } });
    assert.deepEqual(codesOf(issued), ['java-common-name-constraints']);
    const two = await world.issue({ ...request, subject: { commonName: 'agent 7' } });
    assert.deepEqual(codesOf(two), []);
  });

  it('of an authority whose own name Java takes for a host', async () => {
    const parent = {
      name: 'above',
      pathLenConstraint: 1,
      nameConstraints: { permitted: { dnsNames: ['example.org'] } },
    };
    await world.createIntermediate(parent);
    const below = { name: 'below', parent: 'above', validity: '1y' };
    const authority = await world.createIntermediate({ ...below, subject: { commonName: 'Shop' } });
    assert.deepEqual(codesOf(authority), ['java-common-name-constraints']);
    assert.match(
      authority.certificate.warnings[0]?.detail ?? '',
      /; refused by Java, with all that is below$/,
    );
    const leaf = await world.issue({ ...hosts('a.example.org'), authority: 'below' });
    assert.deepEqual(codesOf(leaf), [], 'it was said of the authority');
  });
});
