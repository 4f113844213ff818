import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askReader, endOf, folder, outputOf } from '../readers/programs.ts';
import type { Account } from '../readers/reader.ts';
import { nodeTls } from './node-tls-reader.ts';
import {
  type LockedPfx,
  NO_LABELS,
  ourPfxReader,
  type PfxFacts,
  type PfxReader,
  sha256Of,
} from './pfx-facts.ts';

/** Each file costs some processes; the first ones have every key algorithm in both encryptions. */
const SAMPLE = 14;
const KEY_IS_SEALED = 'it shows the private key as encrypted as it is';

/** The libraries for which there is a program of ours in their own language. */
const libraries: readonly PfxReader[] = [
  {
    name: 'OpenSSL',
    read: (files) => askAbout(files, 'openssl'),
    writesOtherwise: {
      friendlyName: {
        why: 'it tells no label whose last character takes three octets in UTF-8, for which it leaves two',
        alike: (name) => [String(name).replace(/^.*[\u0800-\ud7ff\ue000-\uffff]$/u, '')],
      },
    },
  },
  {
    name: 'Go go-pkcs12',
    read: (files) => askAbout(files, 'go'),
    silentOn: { friendlyName: NO_LABELS },
  },
  {
    name: 'Java KeyStore',
    read: (files) => askAbout(files, 'java'),
    writesOtherwise: {
      friendlyName: {
        why: 'aliases are in lower case, and an entry without a label is called by its number',
        alike: (name) => [String(name).toLowerCase().replace(/^1$/, '')],
      },
    },
  },
];

const certtool: PfxReader = {
  name: 'GnuTLS certtool',
  sample: SAMPLE,
  read: async (files) => {
    const accounts: Account<PfxFacts>[] = [];
    for (const { pfx, password } of files) {
      const args = ['--p12-info', '--inder', '--password', password];
      accounts.push(accountOfBags(await outputOf('certtool', args, pfx)));
    }
    return accounts;
  },
  silentOn: { keyAlgorithm: KEY_IS_SEALED, publicKey: KEY_IS_SEALED },
};

const keytool: PfxReader = {
  name: 'Java keytool',
  sample: SAMPLE,
  read: async (files) => {
    const accounts: Account<PfxFacts>[] = [];
    for (const file of files) {
      const store = [
        '-storetype',
        'PKCS12',
        '-keystore',
        written(file, 'keytool'),
        '-storepass',
        file.password,
      ];
      const args = ['-list', '-rfc', ...store, '-J-Duser.language=en', '-J-Dfile.encoding=UTF-8'];
      accounts.push({ certificates: digestsOfPem(await outputOf('keytool', args)) });
    }
    return accounts;
  },
  silentOn: {
    keyAlgorithm: 'it lists certificates only',
    publicKey: 'it lists certificates only',
    friendlyName: 'the class below it is compared in full',
  },
};

const pk12util: PfxReader = {
  name: 'NSS pk12util',
  sample: SAMPLE,
  read: async (files) => {
    const accounts: Account<PfxFacts>[] = [];
    for (const file of files) accounts.push(await importedIntoNss(file));
    return accounts;
  },
  silentOn: {
    keyAlgorithm: 'its listing is of certificates',
    publicKey: 'its listing is of certificates',
  },
  refuses: {
    why: 'its database holds no Ed25519 keys in this version',
    error: 'SEC_ERROR_PKCS12_UNABLE_TO_IMPORT_KEY',
    isExpected: ({ keyAlgorithm }) => keyAlgorithm === 'ed25519',
  },
};

export const pfxReaders: readonly PfxReader[] = [
  ourPfxReader,
  ...libraries,
  nodeTls,
  certtool,
  keytool,
  pk12util,
];

async function askAbout(
  files: readonly LockedPfx[],
  language: 'openssl' | 'go' | 'java',
): Promise<readonly Account<PfxFacts>[]> {
  const lines = files.map(({ pfx, password }) =>
    [Buffer.from(password, 'utf8'), pfx].map((one) => Buffer.from(one).toString('base64')),
  );
  const input = lines.map((line) => `${line.join('\t')}\n`).join('');
  const answers = await askReader(language, ['pfx'], input);
  return answers.map((line) => JSON.parse(line) as Account<PfxFacts>);
}

/** The bags in the order of the file; the label of the first with one. */
function accountOfBags(text: string): Account<PfxFacts> {
  const labels = [...text.matchAll(/^\tFriendly name: (.*)$/gmu)];
  return { certificates: digestsOfPem(text), friendlyName: labels[0]?.[1] ?? '' };
}

function digestsOfPem(text: string): readonly string[] {
  const blocks = text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, base64 = '']) => sha256Of(Buffer.from(base64, 'base64')));
}

/** Into a database of its own, since one label may stand for one subject only. */
async function importedIntoNss(file: LockedPfx): Promise<Account<PfxFacts>> {
  const database = join(folder, 'nss-pfx');
  rmSync(database, { recursive: true, force: true });
  mkdirSync(database);
  const at = ['-d', `sql:${database}`];
  const path = written(file, 'nss');
  await outputOf('certutil', ['-N', ...at, '--empty-password']);
  const { status, complaint } = await endOf('pk12util', ['-i', path, ...at, '-W', file.password]);
  if (status !== 0) return { error: /SEC_ERROR_\w+/.exec(complaint)?.[0] ?? complaint };
  const listed = await outputOf('pk12util', ['-l', path, ...at, '-W', file.password]);
  return accountOfListing(listed);
}

function accountOfListing(text: string): Account<PfxFacts> {
  const digests = text.matchAll(/Fingerprint \(SHA-256\):\s+([0-9A-F:\s]+?)\n/g);
  const [, label = ''] = /^ {4}Friendly Name: (.*)$/mu.exec(text) ?? [];
  return {
    certificates: [...digests].map(([, digest = '']) =>
      digest.replaceAll(/[:\s]/g, '').toLowerCase(),
    ),
    friendlyName: label,
  };
}

/** The readers run beside each other. */
function written({ pfx }: LockedPfx, reader: string): string {
  const path = join(folder, `${reader}.pfx`);
  writeFileSync(path, pfx);
  return path;
}
