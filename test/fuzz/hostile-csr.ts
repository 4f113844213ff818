import { sign } from 'node:crypto';
import fc from 'fast-check';
import * as der from '../../src/x509/der.ts';
import {
  BASIC_CONSTRAINTS,
  COMMON_NAME,
  ECDSA_WITH_SHA256,
  EXT_KEY_USAGE,
  KEY_USAGE,
} from '../../src/x509/oids.ts';
import { encodePem } from '../../src/x509/pem.ts';
import { hostileRequestParts } from '../support/hostile-leaf-requests.ts';
import { membersOf } from '../unit/x509/der-members.ts';
import {
  attribute,
  generalName,
  handMadeRequestDer,
  keys,
  nameOf,
} from '../unit/x509/hand-made-request.ts';
import { derChange } from './hostile-der.ts';
import { hostileText, textChange } from './hostile-texts.ts';

const octets = fc.uint8Array({ maxLength: 17 }).map((some) => Buffer.from(some));

/** Names of kinds that are not issued here, and such as no tool would write. */
const oddName = fc.oneof(
  hostileText.filter((text) => text.length < 3_000).map(generalName.dns),
  hostileText.filter((text) => text.length < 3_000).map(generalName.uri),
  hostileText.map((text) =>
    generalName.directory(nameOf([COMMON_NAME, der.utf8String(text.slice(0, 99))])),
  ),
  octets.map((some) => generalName.other('1.2.3', der.octetString(some))),
);

const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';
const CA = der.sequence(der.boolean(true));
const extension = fc
  .record({
    id: fc.constantFrom(
      BASIC_CONSTRAINTS,
      KEY_USAGE,
      EXT_KEY_USAGE,
      '2.5.29.30',
      '2.5.29.35',
      '1.2.3.4',
    ),
    isCritical: fc.boolean(),
    value: fc.oneof(fc.constantFrom(CA, der.sequence(), der.namedBits([5, 6])), octets),
  })
  .map(({ id, isCritical, value }) =>
    der.sequence(der.oid(id), ...(isCritical ? [der.boolean(true)] : []), der.octetString(value)),
  );

/** What an honest requester, a careless one or a hostile one asks for, with a signature that holds. */
const wellSigned = fc
  .record({
    parts: hostileRequestParts,
    oddNames: fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      { arbitrary: fc.array(oddName, { maxLength: 2 }), weight: 1 },
    ),
    extensions: fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      { arbitrary: fc.array(extension, { maxLength: 2 }), weight: 1 },
    ),
    challenges: fc.array(octets, { maxLength: 1 }),
  })
  .map(({ parts, oddNames, extensions, challenges }) =>
    handMadeRequestDer({
      ...parts,
      names: [...(parts.names ?? []), ...oddNames],
      extensions,
      attributes: challenges.map((some) => attribute(CHALLENGE_PASSWORD, der.octetString(some))),
    }),
  );

/** PEM texts of CSRs: as they should be, changed inside and signed after that, changed as a whole, no CSR at all. */
export const hostileCsr: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: wellSigned.map(pemOf), weight: 4 },
  {
    arbitrary: fc
      .tuple(wellSigned, derChange)
      .map(([csr, change]) => pemOf(signedAnew(change(informationIn(csr))))),
    weight: 6,
  },
  {
    arbitrary: fc.tuple(wellSigned, derChange).map(([csr, change]) => pemOf(change(csr))),
    weight: 2,
  },
  {
    arbitrary: fc.tuple(wellSigned.map(pemOf), textChange).map(([pem, change]) => change(pem)),
    weight: 2,
  },
  { arbitrary: hostileText, weight: 1 },
);

function informationIn(csr: Buffer): Buffer {
  return membersOf(csr)[0] ?? csr;
}

/** Whoever holds a key can sign anything with it. */
function signedAnew(information: Buffer): Buffer {
  const signature = sign('sha256', information, keys.privateKey);
  return der.sequence(
    information,
    der.sequence(der.oid(ECDSA_WITH_SHA256)),
    der.bitString(signature),
  );
}

function pemOf(csr: Buffer): string {
  return encodePem('CERTIFICATE REQUEST', csr);
}
