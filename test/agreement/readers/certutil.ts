import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, outputOf } from './programs.ts';
import type { Account, Reader } from './reader.ts';
import { instantFromText } from './tool-text.ts';

/** A batch of certutil's is read as one file, and adding takes NSS' database several milliseconds. */
const SAMPLE = 100;
const NOT_ASCII = 'it writes a dot for every octet outside ASCII, and wraps lines anywhere';
const IN_FULL = 'the account of the library below it is compared in full';

/** NSS' own tool: `SAMPLE` certificates go into its database, and are read out of it. */
export const certutil: Reader = {
  name: 'NSS certutil',
  sample: SAMPLE,
  read: async (certificates) => {
    const database = join(folder, 'nss');
    mkdirSync(database);
    const batch = async (name: string, lines: readonly string[]) => {
      writeFileSync(join(database, name), `${lines.join('\n')}\n`);
      return outputOf('certutil', ['-B', '-d', `sql:${database}`, '-i', join(database, name)]);
    };
    await outputOf('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
    const files = certificates.map((der, index) => {
      const file = join(database, `${index}.der`);
      writeFileSync(file, der);
      return file;
    });
    const at = `-d sql:${database}`;
    await batch(
      'add',
      files.map((file, index) => `-A -n c${index} -t ,, -i ${file} ${at}`),
    );
    const listed = await batch(
      'list',
      files.map((_, index) => `-L -n c${index} ${at}`),
    );
    return accountsInOrder(certificates, listed);
  },
  silentOn: {
    issuer: NOT_ASCII,
    subject: NOT_ASCII,
    dnsNames: IN_FULL,
    ipAddresses: IN_FULL,
    emailAddresses: IN_FULL,
    uris: IN_FULL,
    subjectKeyIdentifier: IN_FULL,
    authorityKeyIdentifier: IN_FULL,
    isAuthority: IN_FULL,
    pathLenConstraint: IN_FULL,
    keyUsage: IN_FULL,
    extKeyUsage: IN_FULL,
  },
};

/** One listing shows all certificates of a subject, so that they are told apart by their fingerprints. */
function accountsInOrder(certificates: readonly Uint8Array[], listed: string): Account[] {
  const accounts = new Map(
    listed
      .split(/^Certificate:$/mu)
      .slice(1)
      .map(accountOf),
  );
  return certificates.map((der) => {
    const fingerprint = createHash('sha256').update(der).digest('hex');
    return accounts.get(fingerprint) ?? { error: 'it is not listed' };
  });
}

function accountOf(text: string): [fingerprint: string, account: Account] {
  const below = (title: string) =>
    text.split(`${title}:\n`)[1]?.split('\n')[0]?.replaceAll(/[\s:]/g, '').toLowerCase() ?? '';
  const after = (title: string) => text.split(`${title}: `)[1]?.split('\n')[0] ?? '';
  return [
    below('Fingerprint (SHA-256)'),
    {
      serialNumber: below('Serial Number'),
      notBefore: instantFromText(`${after('Not Before')} UTC`),
      notAfter: instantFromText(`${after('Not After ')} UTC`),
    },
  ];
}
