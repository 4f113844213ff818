import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { Certificate } from '../../src/certificate.ts';
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

/** Finds certificates in SQL; `IssuanceRecords` writes them. */
export class CertificateRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

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
  // What `hasEnded` says of one, in SQL.
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

/** A certificate as its row has it. */
export function certificateOf(row: CertificateRow): Certificate {
  const content = JSON.parse(row.content) as Pick<
    Certificate,
    'subject' | 'dnsNames' | 'ipAddresses' | 'emailAddresses' | 'uris' | 'warnings'
  >;
  return {
    serialNumber: row.serial_number,
    authority: row.authority,
    profile: row.profile,
    issuedAt: new Date(row.issued_at),
    notBefore: new Date(row.not_before),
    notAfter: new Date(row.not_after),
    fingerprintSha256: row.fingerprint_sha256,
    der: row.der,
    ...content,
  };
}
