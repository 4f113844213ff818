import fc from 'fast-check';
import * as der from '../../../src/x509/der.ts';
import * as oids from '../../../src/x509/oids.ts';
import {
  basicConstraints,
  extKeyUsage,
  type OutsideAuthority,
  type OutsideChanges,
  outsideAuthority,
} from '../../support/outside-authority.ts';
import { generalName, nameOf } from '../../unit/x509/hand-made-request.ts';
import { clock } from './issuing-world.ts';

const DAY_MS = 86_400_000;
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';

/** Mostly `usual`, so that enough of it is taken. */
function seldom<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 8 * others.length },
    ...others.map((one) => ({ arbitrary: fc.constant(one), weight: 1 })),
  );
}

const organization = (text: string) => nameOf([oids.ORGANIZATION, der.utf8String(text)]);
const base = fc.oneof(
  fc
    .constantFrom('example.org', '.example.org', 'no.example.org', '.example.org')
    .map(generalName.dns),
  fc.constantFrom('example.org', '.example.org', 'agent@example.org').map(generalName.email),
  fc.constantFrom('example.org', '.example.org', 'example.net').map(generalName.uri),
  fc.constantFrom([192, 0, 2, 0, 255, 255, 255, 0], [10, 0, 0, 1, 255, 0, 0, 0]).map(addresses),
  fc.constantFrom('Example', 'example ', 'Other').map(organization).map(generalName.directory),
);
const bases = fc.oneof(
  { arbitrary: fc.constant([]), weight: 4 },
  { arbitrary: fc.array(base, { minLength: 1, maxLength: 2 }), weight: 1 },
);
const nameConstraints = fc.record({ permitted: bases, excluded: bases }).map(constraintsOf);

/** What an authority from elsewhere says of everything below it. */
const options: fc.Arbitrary<OutsideChanges> = fc
  .record({
    nameConstraints,
    purposes: seldom<readonly string[]>(
      [],
      [oids.CLIENT_AUTH],
      [oids.SERVER_AUTH],
      [oids.SERVER_AUTH, oids.CLIENT_AUTH],
      [oids.ANY_EXTENDED_KEY_USAGE],
      [EMAIL_PROTECTION],
    ),
    pathLenConstraint: seldom<number | undefined>(undefined, 0, 1, 2),
    days: seldom(3_650, 100, 20, 0),
    hasBegun: seldom(true, false),
  })
  .map((wanted) => ({
    notAfter: later(wanted.days),
    ...(wanted.hasBegun ? {} : { notBefore: later(1) }),
    extensions: {
      [oids.BASIC_CONSTRAINTS]: {
        isCritical: true,
        value: basicConstraints(wanted.pathLenConstraint),
      },
      ...(wanted.purposes.length > 0
        ? { [oids.EXT_KEY_USAGE]: extKeyUsage(...wanted.purposes) }
        : {}),
      ...(wanted.nameConstraints
        ? { [oids.NAME_CONSTRAINTS]: { isCritical: true, value: wanted.nameConstraints } }
        : {}),
    },
  }));

/** What each authority of a path says, the lowest one first, and a root last. */
export const hostileLevels = fc.array(options, { minLength: 2, maxLength: 3 });

/** The authorities of such a path, the root first. */
export function pathOfLevels(levels: readonly OutsideChanges[]): readonly OutsideAuthority[] {
  const path: OutsideAuthority[] = [];
  for (const [depth, changes] of levels.toReversed().entries()) {
    const issuer = path.at(-1);
    const subject = subjectOf(`Level ${depth}`);
    path.push(outsideAuthority({ subject, ...(issuer ? { issuer } : {}), ...changes }));
  }
  return path;
}

/** A Name that permitted directory names may be above. */
function subjectOf(commonName: string): Buffer {
  return nameOf(
    [oids.ORGANIZATION, der.utf8String('Example')],
    [oids.COMMON_NAME, der.utf8String(commonName)],
  );
}

function constraintsOf({
  permitted,
  excluded,
}: {
  readonly permitted: readonly Buffer[];
  readonly excluded: readonly Buffer[];
}): Buffer | undefined {
  const lists = [permitted, excluded].flatMap((list, number) =>
    list.length === 0
      ? []
      : [der.implicitConstructed(number, ...list.map((one) => der.sequence(one)))],
  );
  return lists.length === 0 ? undefined : der.sequence(...lists);
}

function addresses(octets: readonly number[]): Buffer {
  return generalName.ip(Buffer.from(octets));
}

function later(days: number): Date {
  return new Date(clock.now().getTime() + days * DAY_MS);
}
