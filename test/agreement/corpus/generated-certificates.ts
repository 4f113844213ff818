import type { KeyObject } from 'node:crypto';
import { KEY_ALGORITHMS, type Subject } from '../../../src/certificate.ts';
import { BUILT_IN_PROFILES } from '../../../src/issuance/built-in-profiles.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { IssuanceWorld } from '../../support/issuance.ts';
import type { Dice } from './dice.ts';
import { type GeneratedAuthority, generateAuthorities } from './generated-authorities.ts';
import {
  dnsName,
  ipAddress,
  someNames,
  someSubject,
  type Territory,
  text,
  uri,
} from './random-names.ts';
import { seededKeyPair } from './seeded-keys.ts';

/** A certificate that the issuing path made of random choices. */
export interface GeneratedCertificate {
  readonly profile: string;
  readonly der: Uint8Array;
  /** Its own certificate first, the root's last. */
  readonly path: readonly Uint8Array[];
  /** A leaf's only. */
  readonly privateKey?: KeyObject;
}

type Wishes = Omit<LeafRequest, 'authority' | 'profile'>;

const LEAF_PROFILES = BUILT_IN_PROFILES.flatMap(({ name, isAuthority }) =>
  isAuthority || name === 'spiffe' ? [] : [name],
);
const MAX_COMMON_NAME = 64;
const VALIDITIES = ['1h', '36h', '30d', '90d', '824d'];

/**
 * `count` certificates of every profile and algorithm, those of the authorities among them. The dice
 * decide all of each but the signature by an EC key, which is another one each time.
 */
export async function generateCertificates(
  dice: Dice,
  count: number,
  now: Date,
): Promise<readonly GeneratedCertificate[]> {
  const world = new IssuanceWorld({
    newKeyPair: (algorithm) => Promise.resolve(seededKeyPair(dice, algorithm)),
    randomBytes: (size) => dice.octets(size),
  });
  world.now = now;
  const authorities = await generateAuthorities(dice, world);
  const certificates: GeneratedCertificate[] = [];
  for (const { name, kind } of authorities) {
    const path = (await world.issuers.pathOf(name)).map(({ der }) => der);
    certificates.push({ profile: kind, der: path[0] ?? Buffer.alloc(0), path });
  }
  const issuing = authorities.filter(({ isIssuing }) => isIssuing);
  while (certificates.length < count) {
    certificates.push(await generateLeaf(dice, world, dice.of(issuing)));
  }
  return certificates;
}

async function generateLeaf(
  dice: Dice,
  world: IssuanceWorld,
  authority: GeneratedAuthority,
): Promise<GeneratedCertificate> {
  const profile = dice.of(LEAF_PROFILES);
  const { certificate, privateKey } = await world.issue({
    ...wishesFor(profile, dice, authority),
    authority: authority.name,
    profile,
    keyAlgorithm: dice.of(KEY_ALGORITHMS),
    validity: dice.of(VALIDITIES),
  });
  const above = (await world.issuers.pathOf(authority.name)).map(({ der }) => der);
  const path = [certificate.der, ...above];
  return { profile, der: certificate.der, path, ...(privateKey ? { privateKey } : {}) };
}

function wishesFor(profile: string, dice: Dice, { territory }: GeneratedAuthority): Wishes {
  if (profile === 'client') {
    const subject = someSubject(dice, () => (dice.chance(70) ? text(dice) : undefined));
    return { ...someNames(dice, territory), subject };
  }
  if (profile === 'spiffe') return { uris: [uri(dice, territory)] };
  const names = dice.chance(70)
    ? {
        ...someNames(dice, territory),
        dnsNames: dice.several(1, 4, () => dnsName(dice, territory)),
      }
    : { ipAddresses: dice.several(1, 3, () => ipAddress(dice, territory)) };
  return dice.chance(60) ? names : { ...names, subject: serverSubject(dice, names, territory) };
}

/** The commonName of a server is one of its names; where DNS names are constrained, it is one of those. */
function serverSubject(dice: Dice, names: Wishes, { domain }: Territory): Subject {
  const { dnsNames = [], ipAddresses = [] } = names;
  const hosts = domain === undefined ? [...dnsNames, ...ipAddresses] : dnsNames;
  const fitting = hosts.filter((name) => name.length <= MAX_COMMON_NAME);
  return someSubject(dice, () => (fitting.length > 0 ? dice.of(fitting) : undefined));
}
