import type { Kysely } from 'kysely';
import type { Authority } from '../../src/authority/authority.ts';
import type { AuthorityKind, KeyAlgorithm, RsaSignatureScheme } from '../../src/certificate.ts';
import { certificateOf } from './certificate-repository.ts';
import type { AuthorityRow, CertificateRow, Schema } from './schema.ts';

type FoundRow = CertificateRow &
  Pick<
    AuthorityRow,
    'name' | 'kind' | 'parent' | 'key_algorithm' | 'rsa_signature_scheme' | 'wrapped_private_key'
  >;

/** Finds authorities in SQL; they are written together with their certificates. */
export class AuthorityRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  readonly find = async (name: string): Promise<Authority | undefined> => {
    const row = await this.#rows().where('authority.name', '=', name).executeTakeFirst();
    return row && authorityOf(row);
  };

  /** All of them, by name. */
  readonly list = async (): Promise<readonly Authority[]> => {
    const rows = await this.#rows().orderBy('authority.name').execute();
    return rows.map(authorityOf);
  };

  /** A root's certificate is its own, any other's its parent's work. */
  #rows() {
    return this.#db
      .selectFrom('authority')
      .innerJoin('certificate', (join) =>
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
      .select('authority.wrapped_private_key');
  }
}

function authorityOf(row: FoundRow): Authority {
  return {
    name: row.name,
    kind: row.kind as AuthorityKind,
    parent: row.parent,
    keyAlgorithm: row.key_algorithm as KeyAlgorithm,
    rsaSignatureScheme: (row.rsa_signature_scheme as RsaSignatureScheme | null) ?? undefined,
    certificate: certificateOf(row),
    wrappedPrivateKey: row.wrapped_private_key ?? undefined,
  };
}
