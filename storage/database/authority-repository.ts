import type { Kysely } from 'kysely';
import type { RecordedAuthority } from '../../src/authority/authority.ts';
import type { AuthorityKind, KeyAlgorithm, RsaSignatureScheme } from '../../src/certificate.ts';
import { certificateOf } from './certificate-repository.ts';
import type { AuthorityRow, CertificateRow, Schema } from './schema.ts';

/** An authority's row beside that of its certificate, whose columns are null where there is none yet. */
type FoundRow = Omit<AuthorityRow, 'serial_number'> & {
  readonly [Column in keyof CertificateRow]: CertificateRow[Column] | null;
};

/** Finds authorities in SQL; `IssuanceRecords` and `AuthorityRecords` write them. */
export class AuthorityRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  readonly find = async (name: string): Promise<RecordedAuthority | undefined> => {
    const row = await this.#rows().where('authority.name', '=', name).executeTakeFirst();
    return row && authorityOf(row);
  };

  /** All of them, by name. */
  readonly list = async (): Promise<readonly RecordedAuthority[]> => {
    const rows = await this.#rows().orderBy('authority.name').execute();
    return rows.map(authorityOf);
  };

  /** A root's certificate is its own, any other's its parent's work. */
  #rows() {
    return this.#db
      .selectFrom('authority')
      .leftJoin('certificate', (join) =>
        join
          .onRef('certificate.serial_number', '=', 'authority.serial_number')
          .on(({ fn, ref, eb }) =>
            eb(
              'certificate.authority',
              '=',
              fn.coalesce(ref('authority.parent'), ref('authority.name')),
            ),
          ),
      )
      .selectAll('certificate')
      .select(['authority.name', 'authority.kind', 'authority.parent'])
      .select(['authority.key_algorithm', 'authority.rsa_signature_scheme'])
      .select(['authority.wrapped_private_key', 'authority.certification_request']);
  }
}

function authorityOf(row: FoundRow): RecordedAuthority {
  const { name, wrapped_private_key: wrappedPrivateKey } = row;
  const terms = {
    name,
    keyAlgorithm: row.key_algorithm as KeyAlgorithm,
    rsaSignatureScheme: (row.rsa_signature_scheme as RsaSignatureScheme | null) ?? undefined,
  };
  if (isWhole(row)) {
    return {
      ...terms,
      kind: row.kind as AuthorityKind,
      parent: row.parent,
      certificate: certificateOf(row),
      wrappedPrivateKey: wrappedPrivateKey ?? undefined,
    };
  }
  const { certification_request: certificationRequest } = row;
  if (!wrappedPrivateKey || !certificationRequest) {
    throw new Error(`authority "${name}" has neither a certificate nor a request for one`);
  }
  const pending = { kind: 'intermediate', parent: null, certificate: undefined } as const;
  return { ...terms, ...pending, wrappedPrivateKey, certificationRequest };
}

function isWhole(row: FoundRow): row is FoundRow & CertificateRow {
  return row.serial_number !== null;
}
