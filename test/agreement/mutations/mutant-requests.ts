import { sign } from 'node:crypto';
import { KEY_ALGORITHMS, type KeyAlgorithm, type Subject } from '../../../src/certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { readCertificationRequest } from '../../../src/x509/certification-request.ts';
import * as der from '../../../src/x509/der.ts';
import { encodeName } from '../../../src/x509/distinguished-name.ts';
import { ipOctets } from '../../../src/x509/ip-address.ts';
import { type KeyPair, subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import {
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
} from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { signingSchemeOf } from '../../../src/x509/signature-scheme.ts';
import {
  attribute,
  extensionRequest,
  generalName,
  nameOf,
  subjectAltName,
} from '../../unit/x509/hand-made-request.ts';
import type { Dice } from '../corpus/dice.ts';
import { someNames, someSubject, text } from '../corpus/random-names.ts';
import { seededKeyPair } from '../corpus/seeded-keys.ts';
import { type MutantKind, OTHER_EXTENSIONS } from './mutant-kind.ts';
import { mutated } from './mutate.ts';

/** What is signed, and by what. */
interface RequestSeed {
  readonly information: Buffer;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keys: KeyPair;
}

const SEEDS = 40;
const CHALLENGE_PASSWORD = '1.2.840.113549.1.9.7';
/** The rest are changed inside, and signed after that, so that the signature still holds. */
const PERCENT_CHANGED_AS_A_WHOLE = 20;
/** Others take ten to a hundred times as long to sign with. */
const QUICK_ALGORITHMS = ['ecdsa-p256', 'ed25519'] as const;
const PERCENT_QUICK = 97;

/** Requests of every algorithm, and what reads them: their signatures hold in most. */
export function mutantRequests(dice: Dice): MutantKind {
  const seeds = Array.from({ length: SEEDS }, () => requestSeed(dice, dice.of(QUICK_ALGORITHMS)));
  const slowSeeds = KEY_ALGORITHMS.map((keyAlgorithm) => requestSeed(dice, keyAlgorithm));
  const requests = [...seeds, ...slowSeeds].map(signedRequest);
  return {
    name: 'request',
    mutant: (throws) => {
      if (throws.chance(PERCENT_CHANGED_AS_A_WHOLE)) {
        return mutated(throws, throws.of(requests), throws.of(requests));
      }
      const seed = throws.of(throws.chance(PERCENT_QUICK) ? seeds : slowSeeds);
      const information = mutated(throws, seed.information, throws.of(requests));
      return signedRequest({ ...seed, information });
    },
    read: (octets) => readCertificationRequest(encodePem('CERTIFICATE REQUEST', octets)),
    reasonOf: (error) =>
      error instanceof PkiError && error.code === 'certificate-request-invalid'
        ? error.message
        : undefined,
    accepted: [OTHER_EXTENSIONS],
  };
}

function requestSeed(dice: Dice, keyAlgorithm: KeyAlgorithm): RequestSeed {
  const keys = seededKeyPair(dice, keyAlgorithm);
  const subject: Subject = someSubject(dice, () => (dice.chance(70) ? text(dice) : undefined));
  const information = der.sequence(
    der.integer(0),
    encodeName(subject),
    subjectPublicKeyInfoOf(keys.publicKey),
    der.implicitConstructed(0, ...someAttributes(dice).toSorted(Buffer.compare)),
  );
  return { information, keyAlgorithm, keys };
}

function someAttributes(dice: Dice): readonly Buffer[] {
  const maybe = (percent: number, made: () => Buffer) => (dice.chance(percent) ? [made()] : []);
  return [
    ...maybe(90, () => extensionRequest(...someExtensions(dice))),
    ...maybe(20, () => attribute(CHALLENGE_PASSWORD, der.utf8String(text(dice)))),
  ];
}

function someExtensions(dice: Dice): readonly Buffer[] {
  const { dnsNames, ipAddresses, emailAddresses, uris } = someNames(dice, {});
  const names = [
    ...dnsNames.map(generalName.dns),
    ...ipAddresses.map((address) => generalName.ip(ipOctets(address) ?? Buffer.alloc(0))),
    ...emailAddresses.map(generalName.email),
    ...uris.map(generalName.uri),
    ...(dice.chance(10) ? [generalName.directory(nameOf(['2.5.4.3', der.utf8String('a')]))] : []),
  ];
  const extension = (id: string, value: Buffer) =>
    der.sequence(der.oid(id), der.octetString(value));
  const others = [
    extension(BASIC_CONSTRAINTS, der.sequence()),
    extension(KEY_USAGE, der.namedBits([0, 2])),
    extension(EXT_KEY_USAGE, der.sequence(der.oid(SERVER_AUTH))),
  ];
  return [subjectAltName(...names), ...others.filter(() => dice.chance(40))];
}

function signedRequest({ information, keyAlgorithm, keys }: RequestSeed): Buffer {
  const { hash, identifier } = signingSchemeOf(keyAlgorithm);
  const signature = sign(hash, information, keys.privateKey);
  return der.sequence(information, identifier, der.bitString(signature));
}
