import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import type { Certificate } from '../../../src/certificate.ts';
import type { Database } from '../../../storage/database/database.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { NOW } from '../../support/issuance.ts';

/** A path for a database file that is removed after the tests. */
export function newDatabaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'certwright-database-'));
  after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'test.db');
}

/** Every database that the suites run against; each call opens an empty one. */
export const DATABASES: readonly (readonly [string, () => Promise<Database>])[] = [
  ['SQLite in memory', () => opened(':memory:')],
  ['SQLite on disk', () => opened(newDatabaseFile())],
];

async function opened(path: string): Promise<Database> {
  const db = await openDatabase(path);
  after(() => db.destroy());
  return db;
}

/** A record that says nothing but what a test cares for; its DER is no certificate. */
export function certificate(changes: Partial<Certificate> = {}): Certificate {
  return {
    serialNumber: '4'.padEnd(32, '0'),
    authority: 'issuing',
    profile: 'server',
    issuedAt: NOW,
    subject: { commonName: 'a.example' },
    dnsNames: ['a.example'],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    notBefore: NOW,
    notAfter: new Date(NOW.getTime() + 86_400_000),
    fingerprintSha256: hash('sha256', `${changes.authority} ${changes.serialNumber}`),
    warnings: [],
    der: Buffer.from('der'),
    ...changes,
  };
}

export function serialNumber(value: number): string {
  return (0x40000000 + value).toString(16).padEnd(32, '0');
}

export function auditEntry(details: Readonly<Record<string, unknown>> = {}): AuditEntry {
  const actor = { name: 'admin', requestId: 'r-1' };
  return { time: NOW, actor, action: 'certificate.issued', details };
}
