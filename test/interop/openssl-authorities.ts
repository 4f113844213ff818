import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startApi } from '../support/api.ts';

/** An authority as the API answers it; of a certificate, the members that it has as well. */
export interface AuthorityJson {
  readonly status: string;
  readonly parent: string | null;
  readonly certificate: string;
  readonly chain: string;
  readonly certificationRequest: string;
  readonly warnings?: readonly { readonly code: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'certwright-outside-'));
after(() => rmSync(folder, { recursive: true }));
const service = await startApi();
export const { api, clock } = service;

export const at = (name: string) => join(folder, name);
export const read = (name: string) => readFileSync(at(name), 'utf8');
export const write = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};

/** Runs openssl in the folder; what it says is in the error where it fails. */
export function openssl(...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return execFileSync('openssl', [...args], { cwd: folder, encoding: 'utf8', stdio: [...stdio] });
}

/** What the service answers to a body that it takes. */
export async function brought(path: string, body: object): Promise<AuthorityJson> {
  const reply = await api.post(path, body);
  assert.ok([200, 201].includes(reply.status), reply.text);
  return reply.json<AuthorityJson>();
}

/** Issues a server certificate by an authority, and has openssl verify it against the root alone. */
export async function verifyLeafOf(
  authority: string,
  rootPem: string,
  ...args: readonly string[]
): Promise<void> {
  const body = {
    authority,
    profile: 'server',
    dnsNames: ['a.example.org'],
    keyAlgorithm: 'ecdsa-p256',
  };
  const leaf = await brought('/v1/certificates', body);
  const files = [
    '-CAfile',
    write('trusted.pem', rootPem),
    '-untrusted',
    write('chain.pem', leaf.chain),
  ];
  const instant = String(Math.floor(service.clock.now().getTime() / 1_000));
  const purpose = ['-purpose', 'sslserver', '-verify_hostname', 'a.example.org'];
  const leafFile = write('leaf.pem', leaf.certificate);
  openssl('verify', ...args, '-attime', instant, ...purpose, ...files, leafFile);
}

export const codesOf = ({ warnings = [] }: AuthorityJson) => warnings.map(({ code }) => code);

const DAYS = ['-days', '7300'];
/** Less than the root's: whatever is signed a second later would outlive it. */
export const FEWER_DAYS = ['-days', '3650'];
export const CA_EXTENSIONS = [
  'basicConstraints = critical, CA:true, pathlen:0',
  'keyUsage = critical, keyCertSign, cRLSign',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid:always',
];
export const ROOT = [
  ...['-addext', 'basicConstraints = critical, CA:true'],
  ...['-addext', 'keyUsage = critical, keyCertSign, cRLSign'],
];

/** A root as one makes it by hand, with a key that `newKey` tells. */
export function makeRoot(
  name: string,
  newKey: readonly string[],
  ...more: readonly string[]
): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  openssl('req', '-x509', ...newKey, '-subj', `/O=Example/CN=${name}`, ...DAYS, ...files, ...more);
}
