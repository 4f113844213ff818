import type { KeyObject } from 'node:crypto';
import { KEY_ALGORITHMS, type KeyAlgorithm, type Subject } from '../../../src/certificate.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { IssuanceWorld } from '../../support/issuance.ts';
import type { Dice } from './dice.ts';
import { type GeneratedAuthority, generateAuthorities } from './generated-authorities.ts';
import { LEAF_PROFILES, MORE_PROFILES, PUBLIC_URL } from './generated-profiles.ts';
import {
  dnsName,
  ipAddress,
  isAscii,
  someNames,
  someSubject,
  spiffeId,
  type Territory,
  text,
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

const MAX_COMMON_NAME = 64;
const VALIDITIES = ['1h', '36h', '30d', '90d'];
/** Only some profiles take it. */
const LONGEST_VALIDITY = '824d';

/**
 * `count` certificates of every profile and algorithm, those of the authorities among them. The dice
 * decide all of each but the signature by an EC key, which is another one each time.
 */
export async function generateCertificates(
  dice: Dice,
  count: number,
  now: Date,
): Promise<readonly GeneratedCertificate[]> {
  const changes = {
    newKeyPair: (algorithm: KeyAlgorithm) => Promise.resolve(seededKeyPair(dice, algorithm)),
    randomBytes: (size: number) => dice.octets(size),
    publicUrl: PUBLIC_URL,
  };
  const world = new IssuanceWorld(changes, MORE_PROFILES);
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
    validity: dice.of(
      profile.startsWith('server') ? [...VALIDITIES, LONGEST_VALIDITY] : VALIDITIES,
    ),
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
  if (profile === 'spiffe') return { uris: [spiffeId(dice, territory)] };
  // To Java a single word would be a host, where there is no subjectAltName and hosts are constrained.
  if (profile === 'ocsp-responder')
    return { subject: { commonName: `OCSP ${text(dice, MAX_COMMON_NAME - 5)}` } };
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
  const fitting = hosts.filter((name) => name.length <= MAX_COMMON_NAME && isAscii(name));
  return someSubject(dice, () => (fitting.length > 0 ? dice.of(fitting) : undefined));
}
