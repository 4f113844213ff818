import type { Kysely } from 'kysely';
import type { AuditEntry } from '../../src/audit/entry.ts';
import type { Authority, PendingAuthority } from '../../src/authority/authority.ts';
import type { Intake } from '../../src/authority/intake.ts';
import type { AuditRepository } from './audit-repository.ts';
import { Insertion } from './insertion.ts';
import { asBuffer, type IssuanceRecords, NAME_IS_TAKEN } from './issuance-records.ts';
import type { Schema } from './schema.ts';
import { type Commit, type Statement, statementOf } from './statement.ts';

/** Writes authorities that are not issued here: pending ones, and what comes in from elsewhere. */
export class AuthorityRecords {
  readonly #db: Kysely<Schema>;
  readonly #commit: Commit;
  readonly #journal: Pick<AuditRepository, 'statementFor'>;
  readonly #issuances: Pick<IssuanceRecords, 'intakeStatementsFor'>;

  constructor(
    db: Kysely<Schema>,
    parts: {
      readonly commit: Commit;
      readonly journal: Pick<AuditRepository, 'statementFor'>;
      readonly issuances: Pick<IssuanceRecords, 'intakeStatementsFor'>;
    },
  ) {
    this.#db = db;
    this.#commit = parts.commit;
    this.#journal = parts.journal;
    this.#issuances = parts.issuances;
  }

  /** @throws {PkiError} `name-taken` where another authority of that name was faster */
  readonly recordPending = async (pending: PendingAuthority, entry: AuditEntry): Promise<void> =>
    this.#commit(this.pendingStatementsFor(pending, entry));

  /** Records a pending authority as part of a transaction. */
  pendingStatementsFor(pending: PendingAuthority, entry: AuditEntry): readonly Statement[] {
    return [this.#pendingStatement(pending), this.#journal.statementFor(entry)];
  }

  /**
   * @throws {PkiError} `name-taken` or `authority-certified` where somebody else was faster, with the name,
   *   the certificate, or the serial number of one issuer
   */
  readonly recordIntake = async ({
    added,
    certified,
    keyed,
    auditEntries,
  }: Intake): Promise<void> =>
    this.#commit([
      ...added.flatMap((authority) =>
        this.#issuances.intakeStatementsFor(authority, { isPending: false }),
      ),
      ...(certified ? this.#certifiedStatements(certified) : []),
      ...(keyed ? [this.#keyedStatement(keyed)] : []),
      ...auditEntries.map((entry) => this.#journal.statementFor(entry)),
    ]);

  #pendingStatement(pending: PendingAuthority): Statement {
    const { name, kind, parent, keyAlgorithm, rsaSignatureScheme } = pending;
    const columns = ['name', 'kind', 'parent', 'key_algorithm', 'rsa_signature_scheme'] as const;
    const sealed = ['wrapped_private_key', 'certification_request'] as const;
    const insertion = new Insertion(this.#db, 'authority', [...columns, ...sealed], NAME_IS_TAKEN);
    const inserted = insertion.of({
      name,
      kind,
      parent,
      key_algorithm: keyAlgorithm,
      rsa_signature_scheme: rsaSignatureScheme ?? null,
      wrapped_private_key: asBuffer(pending.wrappedPrivateKey),
      certification_request: asBuffer(pending.certificationRequest),
    });
    const message = `there is an authority "${name}" already`;
    return { ...inserted, refusal: { code: 'name-taken', message, pointer: '/name' } };
  }

  #certifiedStatements(authority: Authority): readonly Statement[] {
    const { name, parent, certificate } = authority;
    const updated = this.#db
      .updateTable('authority')
      .set({ parent, serial_number: certificate.serialNumber, certification_request: null })
      .where('name', '=', name)
      .where('serial_number', 'is', null);
    const message = `authority "${name}" has its certificate already`;
    const refusal = { code: 'authority-certified', message } as const;
    const statements = this.#issuances.intakeStatementsFor(authority, { isPending: true });
    return [...statements, statementOf(updated, refusal)];
  }

  #keyedStatement({ name, rsaSignatureScheme, wrappedPrivateKey }: Authority): Statement {
    const updated = this.#db
      .updateTable('authority')
      .set({
        rsa_signature_scheme: rsaSignatureScheme ?? null,
        wrapped_private_key: wrappedPrivateKey ? asBuffer(wrappedPrivateKey) : null,
      })
      .where('name', '=', name)
      .where('wrapped_private_key', 'is', null);
    const message = `authority "${name}" has its private key already`;
    return statementOf(updated, { code: 'name-taken', message });
  }
}
