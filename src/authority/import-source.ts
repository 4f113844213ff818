import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chainInvalid } from '../bundle/chain-violations.ts';
import {
  type ForeignCertificate,
  foreignCertificates,
  parseCertificates,
} from '../bundle/foreign-certificate.ts';
import { keyObstacle } from '../bundle/key-obstacle.ts';
import { lockedRefusal, openPrivateKey } from '../bundle/locked-private-key.ts';
import { provenKey } from '../bundle/private-key.ts';
import type { Unlock } from '../bundle/unlocking-turns.ts';
import { PkiError } from '../errors.ts';
import { type DecodedPfx, decodePfx } from '../x509/decode-pfx.ts';
import { certificateKeyFault } from './foreign-keys.ts';
import type { SentCertificates } from './incoming-path.ts';

/** An authority's key and certificates, as PEM texts or as a PFX; exactly one of the two. */
export interface ImportSource {
  /** PEM: its own certificate and those above it, in any order. */
  readonly certificate?: string | undefined;
  /** PEM; it may be encrypted. */
  readonly privateKey?: string | undefined;
  readonly pfx?: Uint8Array | undefined;
  /** Absent: none, which for a PFX is the same as the empty one. */
  readonly password?: string | undefined;
}

/** A private key with the certificates that came with it. */
export interface OpenedSource extends SentCertificates {
  readonly privateKey: KeyObject;
}

const PEM_POINTERS = { certificates: '/certificate', privateKey: '/privateKey' };
const PFX_POINTERS = { certificates: '/pfx', privateKey: '/pfx' };

/**
 * Opens what was sent, and finds the certificate that belongs to the key.
 *
 * @throws {PkiError} `request-malformed`, `private-key-locked`, `overloaded`, or `chain-invalid` where no certificate, or more
 *   than one, belongs to the key
 */
export async function openImport(source: ImportSource, unlock: Unlock): Promise<OpenedSource> {
  const pointers = source.pfx ? PFX_POINTERS : PEM_POINTERS;
  const { privateKey, certificates } = source.pfx
    ? await openedPfx(source.pfx, source.password ?? '', unlock)
    : await openedPem(source, unlock);
  const own = ownAmong(certificates, privateKey, pointers);
  return { privateKey, certificates, own, pointer: pointers.certificates };
}

async function openedPem(
  { certificate = '', privateKey = '', password }: ImportSource,
  unlock: Unlock,
) {
  const { certificates: pointer } = PEM_POINTERS;
  const certificates = parseCertificates(certificate, { pointer, keyFault: certificateKeyFault });
  const terms = { pointer: PEM_POINTERS.privateKey, keyFault: keyObstacle };
  const opened = await openPrivateKey({ privateKey, password }, terms, unlock);
  return { privateKey: opened, certificates };
}

async function openedPfx(pfx: Uint8Array, password: string, unlock: Unlock) {
  const { certificates: pointer } = PFX_POINTERS;
  const opening = unlock((signal) => decodePfx(pfx, password, { signal }));
  const opened = await opening.catch((error: unknown) => {
    throw lockedRefusal(error, { what: 'the PFX', pointer });
  });
  const ders = opened.certificates.map(({ der }) => der);
  if (ders.length === 0) throw malformedPfx('there is no certificate in the PFX');
  const certificates = foreignCertificates(ders, { pointer, keyFault: certificateKeyFault });
  return { privateKey: onlyKeyOf(opened), certificates };
}

function onlyKeyOf({ keys: [first, ...others] }: DecodedPfx): KeyObject {
  if (!first) throw malformedPfx('there is no private key in the PFX');
  if (others.length > 0) throw malformedPfx('there is more than one private key in the PFX');
  const key = Buffer.from(first.privateKeyInfo);
  const terms = { pointer: PFX_POINTERS.privateKey, keyFault: keyObstacle };
  return provenKey(() => createPrivateKey({ key, format: 'der', type: 'pkcs8' }), terms);
}

function malformedPfx(detail: string): PkiError {
  const violations = [{ pointer: PFX_POINTERS.certificates, detail }];
  return new PkiError('request-malformed', detail, { violations });
}

function ownAmong(
  certificates: readonly ForeignCertificate[],
  privateKey: KeyObject,
  pointers: typeof PEM_POINTERS,
): ForeignCertificate {
  const found = certificates.filter(({ x509 }) => x509.checkPrivateKey(privateKey));
  const [own, ...others] = found;
  if (own && others.length === 0) return own;
  if (!own) {
    const detail = 'the private key belongs to none of the certificates';
    throw chainInvalid([{ pointer: pointers.privateKey, detail }]);
  }
  const labels = found.map(({ label }) => label).join(' and ');
  const detail = `${labels} are all for this key; send one of them`;
  throw chainInvalid([{ pointer: pointers.certificates, detail }]);
}
