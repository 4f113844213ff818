import { createCipheriv, createPrivateKey, pbkdf2Sync } from 'node:crypto';
import { PkiError } from '../../../src/errors.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { decodePfx } from '../../../src/x509/decode-pfx.ts';
import * as der from '../../../src/x509/der.ts';
import { derivationBudget, type Spend } from '../../../src/x509/derivation-budget.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';
import { PFX_ENCRYPTIONS, type PfxEncryption } from '../../../src/x509/pfx-encryption.ts';
import {
  CERT_BAG,
  DATA,
  ENCRYPTED_DATA,
  KEY_BAG,
  PBES2,
  PBKDF2,
  PKCS8_SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from '../../../src/x509/pfx-oids.ts';
import { derivePkcs12 } from '../../../src/x509/pkcs12-kdf.ts';
import {
  bag,
  contentInfo,
  friendlyName,
  macData,
  PASSWORD,
  pfxOf,
} from '../../unit/x509/hand-made-pfx.ts';
import type { Dice } from '../corpus/dice.ts';
import { generateCertificates } from '../corpus/generated-certificates.ts';
import { text } from '../corpus/random-names.ts';
import type { MutantKind } from './mutant-kind.ts';
import { mutated } from './mutate.ts';

/** What a PFX holds, before anything is encrypted. */
interface PfxSeed {
  readonly encryption: PfxEncryption | 'none';
  /** SafeContents (RFC 7292 §4.2). */
  readonly certificates: Buffer;
  readonly privateKeyInfo: Buffer;
  readonly label: Buffer;
}

/** A PFX is made from the inside out, and what is changed at one layer is protected by the next. */
type Layer = 'certificates' | 'privateKeyInfo' | 'keys' | 'safe' | 'file';
type Change = (layer: Layer, octets: Buffer) => Buffer;

const SEEDS = 40;
const LAYERS: readonly Layer[] = ['certificates', 'certificates', 'keys', 'safe', 'safe', 'file'];
const NOW = new Date('2026-06-15T12:00:00Z');
const HMAC_WITH_SHA_256 = '1.2.840.113549.2.9';
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';
const TRIPLE_DES = '1.2.840.113549.1.12.1.3';

/** PFX files as we write them, but for a single iteration, which leaves time for many. */
export async function mutantPfxFiles(dice: Dice): Promise<MutantKind> {
  const generated = await generateCertificates(dice, SEEDS + 40, NOW);
  const seeds = generated.flatMap(({ path, privateKey }) =>
    privateKey ? [pfxSeed(dice, path, privateKey.export({ format: 'der', type: 'pkcs8' }))] : [],
  );
  return {
    name: 'pfx',
    argument: PASSWORD,
    mutant: (throws) => {
      const [layer, other] = [throws.of(LAYERS), throws.of(seeds)];
      return assembled(throws.of(seeds), (here, octets) =>
        here === layer ? mutated(throws, octets, other.certificates) : octets,
      );
    },
    read: readWhole,
    reasonOf: (error) =>
      error instanceof LockedFileError || error instanceof PkiError
        ? error.message.replace(/; .*$/, '')
        : undefined,
    accepted: [],
  };
}

/** As whoever opens a PFX does: what is inside is read as well. */
async function readWhole(octets: Buffer, asked: (iterations: number) => void): Promise<void> {
  const budget = derivationBudget();
  const spend: Spend = (work) => {
    budget(work);
    for (const { iterations, times } of work) asked(iterations * times);
  };
  const { keys, certificates } = await decodePfx(octets, PASSWORD, { spend });
  for (const { der: certificate } of certificates) decodeCertificate(certificate);
  for (const { privateKeyInfo } of keys) importKey(privateKeyInfo);
}

function importKey(privateKeyInfo: Uint8Array): void {
  try {
    createPrivateKey({ key: Buffer.from(privateKeyInfo), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new LockedFileError('holds a key that cannot be read', { cause });
  }
}

function pfxSeed(dice: Dice, path: readonly Uint8Array[], privateKeyInfo: Buffer): PfxSeed {
  const label = friendlyName(der.bmpString(text(dice)));
  const bags = path.map((certificate, index) => {
    const content = der.explicit(0, der.octetString(certificate));
    const certBag = der.sequence(der.oid(X509_CERTIFICATE), content);
    return bag(CERT_BAG, certBag, ...(index === 0 ? [label] : []));
  });
  const encryption = dice.of([...PFX_ENCRYPTIONS, 'none'] as const);
  return { encryption, certificates: der.sequence(...bags), privateKeyInfo, label };
}

async function assembled(seed: PfxSeed, change: Change): Promise<Buffer> {
  const certificates = await content(seed, change('certificates', seed.certificates));
  const keys = der.sequence(await keyBag(seed, change('privateKeyInfo', seed.privateKeyInfo)));
  const keysContent = contentInfo(DATA, der.octetString(change('keys', keys)));
  const safe = change('safe', der.sequence(certificates, keysContent));
  return change('file', pfxOf(safe, await macData(safe, macOf(seed))));
}

function macOf({ encryption }: PfxSeed) {
  return { digest: encryption === 'compat' ? 'sha1' : 'sha256', iterations: 1 } as const;
}

async function content({ encryption }: PfxSeed, bags: Buffer): Promise<Buffer> {
  if (encryption === 'none') return contentInfo(DATA, der.octetString(bags));
  const { algorithm, ciphertext } = await encrypted(encryption, bags);
  const info = der.sequence(der.oid(DATA), algorithm, der.implicit(0, ciphertext));
  return contentInfo(ENCRYPTED_DATA, der.sequence(der.integer(0), info));
}

async function keyBag({ encryption, label }: PfxSeed, privateKeyInfo: Buffer): Promise<Buffer> {
  if (encryption === 'none') return bag(KEY_BAG, privateKeyInfo, label);
  const { algorithm, ciphertext } = await encrypted(encryption, privateKeyInfo);
  const encryptedKey = der.sequence(algorithm, der.octetString(ciphertext));
  return bag(PKCS8_SHROUDED_KEY_BAG, encryptedKey, label);
}

/** As `pfx-encryption.ts` does it, under one salt and with one iteration. */
async function encrypted(encryption: PfxEncryption, plaintext: Buffer) {
  const salt = Buffer.alloc(8, 1);
  if (encryption === 'modern') {
    const iv = Buffer.alloc(16, 2);
    const key = pbkdf2Sync(PASSWORD, salt, 1, 32, 'sha256');
    const prf = der.sequence(der.oid(HMAC_WITH_SHA_256), der.nullValue());
    const derivation = der.sequence(der.octetString(salt), der.integer(1), prf);
    const parameters = der.sequence(
      der.sequence(der.oid(PBKDF2), derivation),
      der.sequence(der.oid(AES_256_CBC), der.octetString(iv)),
    );
    const algorithm = der.sequence(der.oid(PBES2), parameters);
    return { algorithm, ciphertext: enciphered('aes-256-cbc', { key, iv }, plaintext) };
  }
  const common = { digest: 'sha1', password: PASSWORD, salt, iterations: 1 } as const;
  const key = await derivePkcs12({ ...common, purpose: 'key', size: 24 });
  const iv = await derivePkcs12({ ...common, purpose: 'iv', size: 8 });
  const parameters = der.sequence(der.octetString(salt), der.integer(1));
  const algorithm = der.sequence(der.oid(TRIPLE_DES), parameters);
  return { algorithm, ciphertext: enciphered('des-ede3-cbc', { key, iv }, plaintext) };
}

function enciphered(
  name: string,
  { key, iv }: { readonly key: Uint8Array; readonly iv: Uint8Array },
  plaintext: Buffer,
): Buffer {
  const cipher = createCipheriv(name, key, iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}
