import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { decodePfx } from '../../../src/x509/decode-pfx.ts';
import { keyAlgorithmOf, subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import type { Account, Reader } from '../readers/reader.ts';

/** What a PFX holds, in the one form in which every reader's account of it is compared. */
export interface PfxFacts {
  /** In the words of `KEY_ALGORITHMS`. */
  readonly keyAlgorithm: string;
  /** SHA-256 of the SubjectPublicKeyInfo that belongs to the private key. */
  readonly publicKey: string;
  /** SHA-256 of each, in their order; that of the key is the first. */
  readonly certificates: readonly string[];
  /** Empty where there is none. */
  readonly friendlyName: string;
}

/** A PFX as a reader is given it. */
export interface LockedPfx {
  readonly pfx: Uint8Array;
  readonly password: string;
}

/** Why a reader has no `friendlyName`. */
export const NO_LABELS = 'it tells no labels';

export type PfxReader = Reader<PfxFacts, LockedPfx>;

export function sha256Of(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** Our own reader, which is held to the same. */
export const ourPfxReader: PfxReader = {
  name: 'our own reader',
  read: (files) => Promise.all(files.map(ourAccount)),
  silentOn: { friendlyName: NO_LABELS },
};

async function ourAccount({ pfx, password }: LockedPfx): Promise<Account<PfxFacts>> {
  const { keys, certificates } = await decodePfx(pfx, password);
  const [key, ...more] = keys;
  if (!key || more.length > 0) return { error: `${keys.length} keys` };
  const info = { key: Buffer.from(key.privateKeyInfo), format: 'der', type: 'pkcs8' } as const;
  const publicKey = createPublicKey(createPrivateKey(info));
  return {
    keyAlgorithm: keyAlgorithmOf(publicKey),
    publicKey: sha256Of(subjectPublicKeyInfoOf(publicKey)),
    certificates: certificates.map(({ der }) => sha256Of(der)),
  };
}
