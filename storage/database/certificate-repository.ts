import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely';
import type { Certificate, ProfileName } from '../../src/certificate.ts';
import { PkiError } from '../../src/errors.ts';
import type { IssuanceRecord, NewAuthority } from '../../src/issuance/issuance-record.ts';
import { appendAuditEntries } from './audit-repository.ts';
import type { CertificateRow, Schema } from './schema.ts';

/** What a list of certificates is narrowed down to; absent members do not narrow. */
export interface CertificateFilter {
  readonly dnsName?: string | undefined;
  readonly authority?: string | undefined;
  readonly profile?: string | undefined;
  readonly expiresBefore?: Date | undefined;
  /** Judged at `now`. */
  readonly status?: 'valid' | 'expired' | undefined;
  readonly now: Date;
}

/** A place in the list: everything after it was issued earlier. */
export interface CertificatePosition {
  readonly issuedAt: string;
  readonly serialNumber: string;
  readonly authority: string;
}

/** A certificate with its place in the list. */
export interface ListedCertificate {
  readonly certificate: Certificate;
  readonly position: CertificatePosition;
}

/** Keeps certificates, and what becomes durable together with them, in SQL. */
export class CertificateRepository {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor(db: Kysely<Schema>, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /** @throws {PkiError} `name-taken` where another authority of that name was faster */
  readonly record = async (record: IssuanceRecord): Promise<void> => {
    const { certificate, newAuthority, wrappedPrivateKey, auditEntries } = record;
    await this.#db.transaction().execute(async (trx) => {
      await insertCertificate(trx, certificate, this.#now());
      if (newAuthority) await insertAuthority(trx, newAuthority, certificate.serialNumber);
      if (wrappedPrivateKey) await insertPrivateKey(trx, certificate, wrappedPrivateKey);
      await appendAuditEntries(trx, auditEntries);
    });
  };

  /** Every certificate with this serial number, by authority: issuers from elsewhere count on their own. */
  readonly find = async (serialNumber: string): Promise<readonly Certificate[]> => {
    const rows = await this.#db
      .selectFrom('certificate')
      .selectAll()
      .where('serial_number', '=', serialNumber)
      .orderBy('authority')
      .execute();
    return rows.map(certificateOf);
  };

  /** The sealed key of a certificate that was issued with `storePrivateKey`. */
  readonly findWrappedPrivateKey = async ({
    serialNumber,
    authority,
  }: Pick<Certificate, 'serialNumber' | 'authority'>): Promise<Uint8Array | undefined> => {
    const row = await this.#db
      .selectFrom('stored_private_key')
      .select('wrapped_private_key')
      .where('serial_number', '=', serialNumber)
      .where('authority', '=', authority)
      .executeTakeFirst();
    return row?.wrapped_private_key;
  };

  /** At most `limit` certificates after a position, the newest first. */
  readonly list = async (page: {
    readonly filter: CertificateFilter;
    readonly limit: number;
    readonly after: CertificatePosition | undefined;
  }): Promise<readonly ListedCertificate[]> => {
    const { filter, limit, after } = page;
    const matching = narrow(this.#db.selectFrom('certificate').selectAll(), filter);
    const following = after ? older(matching, after) : matching;
    const rows = await following
      .orderBy('issued_at', 'desc')
      .orderBy('serial_number', 'desc')
      .orderBy('authority', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      certificate: certificateOf(row),
      position: {
        issuedAt: row.issued_at,
        serialNumber: row.serial_number,
        authority: row.authority,
      },
    }));
  };
}

type CertificateQuery = SelectQueryBuilder<Schema, 'certificate', CertificateRow>;

function narrow(query: CertificateQuery, filter: CertificateFilter): CertificateQuery {
  const { dnsName, authority, profile, expiresBefore, status, now } = filter;
  let narrowed = query;
  if (authority !== undefined) narrowed = narrowed.where('authority', '=', authority);
  if (profile !== undefined) narrowed = narrowed.where('profile', '=', profile);
  if (expiresBefore) narrowed = narrowed.where('not_after', '<', expiresBefore.toISOString());
  // RFC 5280 §4.1.2.5: the second that notAfter names belongs to the period.
  const thisSecond = new Date(Math.floor(now.getTime() / 1000) * 1000).toISOString();
  if (status === 'valid') narrowed = narrowed.where('not_after', '>=', thisSecond);
  if (status === 'expired') narrowed = narrowed.where('not_after', '<', thisSecond);
  if (dnsName === undefined) return narrowed;
  return narrowed.where(({ exists, selectFrom }) =>
    exists(
      selectFrom('certificate_dns_name')
        .select('certificate_dns_name.dns_name')
        .whereRef('certificate_dns_name.serial_number', '=', 'certificate.serial_number')
        .whereRef('certificate_dns_name.authority', '=', 'certificate.authority')
        .where('certificate_dns_name.dns_name', '=', dnsName),
    ),
  );
}

function older(query: CertificateQuery, after: CertificatePosition): CertificateQuery {
  const { issuedAt, serialNumber, authority } = after;
  return query.where(({ eb, refTuple, tuple }) =>
    eb(
      refTuple('issued_at', 'serial_number', 'authority'),
      '<',
      tuple(issuedAt, serialNumber, authority),
    ),
  );
}

async function insertCertificate(
  trx: Transaction<Schema>,
  certificate: Certificate,
  now: Date,
): Promise<void> {
  const { serialNumber, authority, profile, subject, warnings, der } = certificate;
  const { dnsNames, ipAddresses, emailAddresses, uris } = certificate;
  const row: CertificateRow = {
    serial_number: serialNumber,
    authority,
    profile,
    issued_at: now.toISOString(),
    not_before: certificate.notBefore.toISOString(),
    not_after: certificate.notAfter.toISOString(),
    fingerprint_sha256: certificate.fingerprintSha256,
    content: JSON.stringify({ subject, dnsNames, ipAddresses, emailAddresses, uris, warnings }),
    der: Buffer.from(der),
  };
  await trx.insertInto('certificate').values(row).execute();
  if (dnsNames.length === 0) return;
  const names = dnsNames.map((name) => ({
    authority,
    serial_number: serialNumber,
    dns_name: name,
  }));
  await trx.insertInto('certificate_dns_name').values(names).execute();
}

async function insertAuthority(
  trx: Transaction<Schema>,
  { name, kind, parent, keyAlgorithm, wrappedPrivateKey }: NewAuthority,
  serialNumber: string,
): Promise<void> {
  const inserted = await trx
    .insertInto('authority')
    .values({
      name,
      kind,
      parent,
      key_algorithm: keyAlgorithm,
      serial_number: serialNumber,
      wrapped_private_key: Buffer.from(wrappedPrivateKey),
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) {
    throw new PkiError('name-taken', `there is an authority "${name}" already`);
  }
}

async function insertPrivateKey(
  trx: Transaction<Schema>,
  { authority, serialNumber }: Certificate,
  wrapped: Uint8Array,
): Promise<void> {
  const row = { authority, serial_number: serialNumber, wrapped_private_key: Buffer.from(wrapped) };
  await trx.insertInto('stored_private_key').values(row).execute();
}

/** A certificate as its row has it. */
export function certificateOf(row: CertificateRow): Certificate {
  const content = JSON.parse(row.content) as Pick<
    Certificate,
    'subject' | 'dnsNames' | 'ipAddresses' | 'emailAddresses' | 'uris' | 'warnings'
  >;
  return {
    serialNumber: row.serial_number,
    authority: row.authority,
    profile: row.profile as ProfileName,
    notBefore: new Date(row.not_before),
    notAfter: new Date(row.not_after),
    fingerprintSha256: row.fingerprint_sha256,
    der: row.der,
    ...content,
  };
}
