import { createPrivateKey, type KeyObject } from 'node:crypto';
import { privateKeyInfoOf, subjectKeyIdentifierOf, subjectPublicKeyInfoOf } from '../x509/key.ts';

/** Seals private keys under the key-encryption key; `storage/keys` is such. */
export interface KeyWrapping {
  /** `context` is authenticated, so that a sealed key cannot pass for another one's. */
  readonly wrap: (privateKey: Uint8Array, context: readonly string[]) => Uint8Array;
  /** @throws where the seal, the context or the key-encryption key is another one */
  readonly unwrap: (wrappedPrivateKey: Uint8Array, context: readonly string[]) => Uint8Array;
}

/** Seals an authority's key for its name and public half. */
export function wrapAuthorityKey(
  wrapping: KeyWrapping,
  name: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Uint8Array {
  return wrapping.wrap(
    privateKeyInfoOf(privateKey),
    contextOf(name, subjectPublicKeyInfoOf(publicKey)),
  );
}

/** Opens an authority's key; the result signs and is never handed on. */
export function openAuthorityKey(
  wrapping: KeyWrapping,
  name: string,
  sealed: {
    readonly wrappedPrivateKey: Uint8Array;
    /** The public half, as the authority's certificate has it. */
    readonly subjectPublicKeyInfo: Uint8Array;
  },
): KeyObject {
  const { wrappedPrivateKey, subjectPublicKeyInfo } = sealed;
  return importPkcs8(wrapping.unwrap(wrappedPrivateKey, contextOf(name, subjectPublicKeyInfo)));
}

/** Counted from the key: an imported certificate may identify it in another way (RFC 7093). */
function contextOf(name: string, subjectPublicKeyInfo: Uint8Array): readonly string[] {
  return ['authority', name, subjectKeyIdentifierOf(subjectPublicKeyInfo).toString('hex')];
}

/** Seals a subscriber's key for its certificate's serial number. */
export function wrapSubscriberKey(
  wrapping: KeyWrapping,
  privateKey: KeyObject,
  serialNumber: string,
): Uint8Array {
  return wrapping.wrap(privateKeyInfoOf(privateKey), ['subscriber', serialNumber]);
}

export function openSubscriberKey(
  wrapping: KeyWrapping,
  wrappedPrivateKey: Uint8Array,
  serialNumber: string,
): KeyObject {
  return importPkcs8(wrapping.unwrap(wrappedPrivateKey, ['subscriber', serialNumber]));
}

/** Seals the key of a target's certificate, so that it can be put back where it was written and opened nowhere else. */
export function wrapTargetKey(
  wrapping: KeyWrapping,
  target: string,
  { privateKey, serialNumber }: { readonly privateKey: KeyObject; readonly serialNumber: string },
): Uint8Array {
  return wrapping.wrap(privateKeyInfoOf(privateKey), ['target', target, serialNumber]);
}

export function openTargetKey(
  wrapping: KeyWrapping,
  target: string,
  sealed: { readonly wrappedPrivateKey: Uint8Array; readonly serialNumber: string },
): KeyObject {
  const context = ['target', target, sealed.serialNumber];
  return importPkcs8(wrapping.unwrap(sealed.wrappedPrivateKey, context));
}

function importPkcs8(der: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
}
