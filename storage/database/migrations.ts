import { type Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** Every step from an empty database to today's, by name; a step that has run is never changed. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-foundation': { up: createFoundation },
  '0002-imported-authorities': { up: takeImportedAuthorities },
  '0003-rsa-signature-scheme': { up: takeSignatureSchemes },
  '0004-kept-answers': { up: keepAnswers },
  '0005-sds-secrets': { up: keepSdsSecrets },
  '0006-target-revisions': { up: keepRevisions },
  '0007-rotation-lock': { up: addRotationLock },
  '0008-serving-proof': { up: keepServingProofs },
  '0009-authority-certificates': { up: keepAuthorityCertificates },
};

const provider: MigrationProvider = { getMigrations: () => Promise.resolve({ ...migrations }) };

/** Brings a database to today's form, or to that of an earlier `step`, whatever older form it has. */
export async function migrate(db: Kysely<Schema>, step?: string): Promise<void> {
  const migrator = new Migrator({ db, provider });
  const { error } = await (step === undefined
    ? migrator.migrateToLatest()
    : migrator.migrateTo(step));
  if (error !== undefined) throw new Error('the database cannot be migrated', { cause: error });
}

async function createFoundation(db: Kysely<unknown>): Promise<void> {
  await createAuthorityTables(db);
  await db.schema
    .createTable('rotation_target')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('declared_in_file', 'integer', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('progress', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('audit_entry')
    .addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('time', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('instance')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute();
}

async function createAuthorityTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('certificate')
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('profile', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'text', (column) => column.notNull())
    .addColumn('not_before', 'text', (column) => column.notNull())
    .addColumn('not_after', 'text', (column) => column.notNull())
    .addColumn('fingerprint_sha256', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('der', 'blob', (column) => column.notNull())
    // RFC 5280 §4.1.2.2: unique for each issuer.
    .addPrimaryKeyConstraint('certificate_key', ['serial_number', 'authority'])
    .execute();
  // A look-up by serial number alone must find one certificate, and a collision is an error.
  await db.schema
    .createIndex('certificate_by_serial_number')
    .unique()
    .on('certificate')
    .column('serial_number')
    .execute();
  await db.schema
    .createIndex('certificate_by_issue')
    .on('certificate')
    .columns(['issued_at', 'serial_number'])
    .execute();
  await db.schema
    .createTable('authority')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('parent', 'text', (column) => column.references('authority.name'))
    .addColumn('key_algorithm', 'text', (column) => column.notNull())
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('wrapped_private_key', 'blob', (column) => column.notNull())
    .execute();
  await createCertificateDetailTables(db);
}

async function createCertificateDetailTables(db: Kysely<unknown>): Promise<void> {
  const ofCertificate = ['serial_number', 'authority'] as const;
  await db.schema
    .createTable('certificate_dns_name')
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('dns_name', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('certificate_dns_name_key', ['dns_name', ...ofCertificate])
    .addForeignKeyConstraint(
      'certificate_dns_name_certificate',
      [...ofCertificate],
      'certificate',
      [...ofCertificate],
    )
    .execute();
  await db.schema
    .createTable('stored_private_key')
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('wrapped_private_key', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('stored_private_key_key', [...ofCertificate])
    .addForeignKeyConstraint('stored_private_key_certificate', [...ofCertificate], 'certificate', [
      ...ofCertificate,
    ])
    .execute();
}

/**
 * Serial numbers are unique for each issuer only (RFC 5280 §4.1.2.2), and an authority may have no key
 * here, or no certificate yet. SQLite cannot take a NOT NULL back, so the table is made anew.
 */
async function takeImportedAuthorities(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('certificate_by_serial_number').execute();
  await db.schema
    .createTable('authority_0002')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('parent', 'text', (column) => column.references('authority_0002.name'))
    .addColumn('key_algorithm', 'text', (column) => column.notNull())
    .addColumn('serial_number', 'text')
    .addColumn('wrapped_private_key', 'blob')
    .addColumn('certification_request', 'blob')
    .execute();
  const kept = ['name', 'kind', 'parent', 'key_algorithm', 'serial_number', 'wrapped_private_key'];
  const names = sql.join(kept.map((name) => sql.ref(name)));
  await sql`insert into authority_0002 (${names}) select ${names} from authority`.execute(db);
  await db.schema.dropTable('authority').execute();
  await db.schema.alterTable('authority_0002').renameTo('authority').execute();
}

/** RSA keys had one way to sign until now. */
async function takeSignatureSchemes(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('authority').addColumn('rsa_signature_scheme', 'text').execute();
  await sql`update authority set rsa_signature_scheme = 'pkcs1-v1_5' where key_algorithm like 'rsa-%'`.execute(
    db,
  );
}

/** What was answered to requests with an `Idempotency-Key`. */
async function keepAnswers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('kept_answer')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('request_digest', 'text', (column) => column.notNull())
    .addColumn('wrapped_answer', 'blob', (column) => column.notNull())
    .addColumn('kept_until', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('kept_answer_by_end')
    .on('kept_answer')
    .column('kept_until')
    .execute();
}

/** What targets for SDS hold now. */
async function keepSdsSecrets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sds_secret')
    .addColumn('target', 'text', (column) => column.primaryKey())
    .addColumn('instance', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    // Before what is long, so that all versions are read without that.
    .addColumn('content_hash', 'text', (column) => column.notNull())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('wrapped_private_key', 'blob', (column) => column.notNull())
    .addColumn('client_authorities', 'text')
    .execute();
}

/** What was written to targets' destinations, and the keys of what may have to be put back. */
async function keepRevisions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('rotation_target')
    .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('rotation_target')
    .addColumn('is_revision_written', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema
    .createTable('target_revision')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('reasons', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'text', (column) => column.notNull())
    .addColumn('written_at', 'text')
    .addColumn('proven_at', 'text')
    .addPrimaryKeyConstraint('target_revision_key', ['target', 'number'])
    .execute();
  await db.schema
    .createTable('target_key')
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('serial_number', 'text', (column) => column.notNull())
    .addColumn('authority', 'text', (column) => column.notNull())
    .addColumn('wrapped_private_key', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('target_key_key', ['target', 'serial_number', 'authority'])
    .execute();
}

/** Which of several replicas rotates. */
async function addRotationLock(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('rotation_lock')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('acquired_at', 'text', (column) => column.notNull())
    .addColumn('renewed_at', 'text', (column) => column.notNull())
    .addColumn('transitions', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute();
}

/** What was found where targets are served: a column of its own, since passes and proofs do not wait for each other. */
async function keepServingProofs(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('rotation_target').addColumn('proof', 'text').execute();
}

/**
 * Whose each authority's certificate is: one certificate is one authority. Where an older release has let two have the
 * same, both stay, and one of them stands here.
 */
async function keepAuthorityCertificates(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('authority_certificate')
    .addColumn('fingerprint_sha256', 'text', (column) => column.primaryKey())
    .addColumn('authority', 'text', (column) => column.notNull().references('authority.name'))
    .execute();
  await sql`insert into authority_certificate (fingerprint_sha256, authority)
    select certificate.fingerprint_sha256, min(authority.name) from authority
    join certificate on certificate.serial_number = authority.serial_number
      and certificate.authority = coalesce(authority.parent, authority.name)
    group by certificate.fingerprint_sha256`.execute(db);
}
