import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endOf, folder, outputOf } from './programs.ts';
import type { Account, Reader } from './reader.ts';
import { instantFromText } from './tool-text.ts';

/** Adding one takes NSS' database several milliseconds, and a refusal a process of its own. */
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
    await outputOf('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
    for (const [index, der] of certificates.entries()) {
      writeFileSync(join(database, `${index}.der`), der);
    }
    const accounts: Account[] = [];
    while (accounts.length < certificates.length) {
      accounts.push(...(await batchFrom(accounts.length, certificates, database)));
    }
    return accounts;
  },
  refuses: {
    why: 'its database looks for the private key by the public one, and this NSS knows no Ed25519',
    error: 'SEC_ERROR_ADDING_CERT',
    isExpected: ({ keyAlgorithm }) => keyAlgorithm === 'ed25519',
  },
  silentOn: {
    issuer: NOT_ASCII,
    subject: NOT_ASCII,
    dnsNames: IN_FULL,
    ipAddresses: IN_FULL,
    emailAddresses: IN_FULL,
    uris: IN_FULL,
    keyAlgorithm: IN_FULL,
    subjectKeyIdentifier: IN_FULL,
    authorityKeyIdentifier: IN_FULL,
    isAuthority: IN_FULL,
    pathLenConstraint: IN_FULL,
    keyUsage: IN_FULL,
    extKeyUsage: IN_FULL,
  },
};

/** Adds the certificates from number `first` on and shows each; a batch is over with the first refusal. */
async function batchFrom(
  first: number,
  certificates: readonly Uint8Array[],
  database: string,
): Promise<readonly Account[]> {
  const at = `-d sql:${database}`;
  const lines = certificates.flatMap((_, index) => {
    const file = join(database, `${index}.der`);
    return [`-A -n c${index} -t ,, -i ${file} ${at}\n`, `-L -n c${index} ${at}\n`];
  });
  const batch = join(database, 'batch');
  writeFileSync(batch, lines.slice(first * 2).join(''));
  const args = ['-B', '-d', `sql:${database}`, '-i', batch];
  const { status, output, complaint } = await endOf('certutil', args);
  const listed = new Map(
    output
      .split(/^Certificate:$/mu)
      .slice(1)
      .map(accountOf),
  );
  const accounts: Account[] = [];
  for (const der of certificates.slice(first)) {
    const account = listed.get(createHash('sha256').update(der).digest('hex'));
    if (!account) break;
    accounts.push(account);
  }
  if (accounts.length === certificates.length - first) return accounts;
  const error = /SEC_ERROR_\w+/.exec(complaint)?.[0] ?? `ended with ${status}: ${complaint}`;
  return [...accounts, { error }];
}

/** One listing shows all certificates of a subject, so that they are told apart by their fingerprints. */
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
