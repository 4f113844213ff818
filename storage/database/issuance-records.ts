import { type Kysely, sql } from 'kysely';
import type { Authority } from '../../src/authority/authority.ts';
import type { Certificate } from '../../src/certificate.ts';
import type { IssuanceRecord, NewAuthority } from '../../src/issuance/issuance-record.ts';
import type { AuditRepository } from './audit-repository.ts';
import { Insertion } from './insertion.ts';
import type { Schema } from './schema.ts';
import type { Commit, Statement } from './statement.ts';

/** Makes a refusal of the insertion of an authority whose name another one has. */
export const NAME_IS_TAKEN = sql`on conflict (name) do nothing`;

/** The same for that of a certificate that is another authority's. */
const CERTIFICATE_IS_TAKEN = sql`on conflict (fingerprint_sha256) do nothing`;

/** The same for the insertion of a certificate whose issuer has given its serial number to another one. */
const NUMBER_IS_TAKEN = sql`on conflict (serial_number, authority) do nothing`;

const ELSEWHERE = 'certificateFromElsewhere';

const CERTIFICATE_COLUMNS = [
  'serial_number',
  'authority',
  'profile',
  'issued_at',
  'not_before',
  'not_after',
  'fingerprint_sha256',
  'content',
  'der',
] as const;

/** Writes certificates, and what becomes durable together with them. */
export class IssuanceRecords {
  readonly #commit: Commit;
  readonly #journal: Pick<AuditRepository, 'statementFor'>;
  readonly #insertions: ReturnType<typeof insertionsInto>;

  constructor(
    db: Kysely<Schema>,
    parts: {
      readonly commit: Commit;
      readonly journal: Pick<AuditRepository, 'statementFor'>;
    },
  ) {
    this.#commit = parts.commit;
    this.#journal = parts.journal;
    this.#insertions = insertionsInto(db);
  }

  /** @throws {PkiError} `name-taken` where another authority of that name was faster */
  readonly record = async (record: IssuanceRecord): Promise<void> => {
    await this.#commit(this.statementsFor(record));
  };

  /** Records an issuance as part of a transaction. */
  statementsFor(record: IssuanceRecord): readonly Statement[] {
    const { certificate, newAuthority, wrappedPrivateKey, auditEntries } = record;
    return [
      ...this.#certificateStatements(certificate),
      ...(newAuthority ? this.#authorityStatements(newAuthority, certificate, '/name') : []),
      ...(wrappedPrivateKey ? [this.#keyStatement(certificate, wrappedPrivateKey)] : []),
      ...auditEntries.map((entry) => this.#journal.statementFor(entry)),
    ];
  }

  /** Records an authority that others have made and numbered, or the certificate alone where it `isPending`. */
  intakeStatementsFor(
    { certificate, ...authority }: Authority,
    { isPending }: { readonly isPending: boolean },
  ): readonly Statement[] {
    const { serialNumber, authority: issuer } = certificate;
    const [inserted, ...names] = this.#certificateStatements(certificate, ELSEWHERE);
    const message = `another certificate of issuer "${issuer}" with serial number ${serialNumber} was recorded meanwhile`;
    return [
      // Of two that come at once, the name tells more than the certificate, and that more than the number.
      ...(isPending
        ? [this.#ownStatement(authority, certificate)]
        : this.#authorityStatements(authority, certificate)),
      ...(inserted ? [{ ...inserted, refusal: { code: 'name-taken', message } as const }] : []),
      ...names,
    ];
  }

  #certificateStatements(
    certificate: Certificate,
    how: 'certificate' | typeof ELSEWHERE = 'certificate',
  ): Statement[] {
    const { serialNumber, authority, profile, subject, warnings, der } = certificate;
    const { dnsNames, ipAddresses, emailAddresses, uris } = certificate;
    const inserted = this.#insertions[how].of({
      serial_number: serialNumber,
      authority,
      profile,
      issued_at: certificate.issuedAt.toISOString(),
      not_before: certificate.notBefore.toISOString(),
      not_after: certificate.notAfter.toISOString(),
      fingerprint_sha256: certificate.fingerprintSha256,
      content: JSON.stringify({ subject, dnsNames, ipAddresses, emailAddresses, uris, warnings }),
      der: asBuffer(der),
    });
    const names = dnsNames.map((name) =>
      this.#insertions.dnsName.of({ authority, serial_number: serialNumber, dns_name: name }),
    );
    return [inserted, ...names];
  }

  #authorityStatements(
    authority: NewAuthority,
    certificate: Certificate,
    pointer?: string,
  ): readonly Statement[] {
    const { name, kind, parent, keyAlgorithm, rsaSignatureScheme, wrappedPrivateKey } = authority;
    const inserted = this.#insertions.authority.of({
      name,
      kind,
      parent,
      key_algorithm: keyAlgorithm,
      rsa_signature_scheme: rsaSignatureScheme ?? null,
      serial_number: certificate.serialNumber,
      wrapped_private_key: wrappedPrivateKey ? asBuffer(wrappedPrivateKey) : null,
    });
    const message = `there is an authority "${name}" already`;
    const refusal = { code: 'name-taken', message, ...(pointer ? { pointer } : {}) } as const;
    return [{ ...inserted, refusal }, this.#ownStatement(authority, certificate)];
  }

  /** One certificate is one authority, whatever names it comes in under at once. */
  #ownStatement({ name }: Pick<NewAuthority, 'name'>, certificate: Certificate): Statement {
    const inserted = this.#insertions.authorityCertificate.of({
      fingerprint_sha256: certificate.fingerprintSha256,
      authority: name,
    });
    const message = `the certificate of "${name}" was recorded as that of another authority meanwhile`;
    return { ...inserted, refusal: { code: 'name-taken', message } };
  }

  #keyStatement({ authority, serialNumber }: Certificate, wrappedPrivateKey: Uint8Array) {
    return this.#insertions.privateKey.of({
      authority,
      serial_number: serialNumber,
      wrapped_private_key: asBuffer(wrappedPrivateKey),
    });
  }
}

function insertionsInto(db: Kysely<Schema>) {
  return {
    certificate: new Insertion(db, 'certificate', CERTIFICATE_COLUMNS),
    [ELSEWHERE]: new Insertion(db, 'certificate', CERTIFICATE_COLUMNS, NUMBER_IS_TAKEN),
    dnsName: new Insertion(db, 'certificate_dns_name', ['authority', 'serial_number', 'dns_name']),
    authority: new Insertion(
      db,
      'authority',
      [
        'name',
        'kind',
        'parent',
        'key_algorithm',
        'rsa_signature_scheme',
        'serial_number',
        'wrapped_private_key',
      ],
      NAME_IS_TAKEN,
    ),
    authorityCertificate: new Insertion(
      db,
      'authority_certificate',
      ['fingerprint_sha256', 'authority'],
      CERTIFICATE_IS_TAKEN,
    ),
    privateKey: new Insertion(db, 'stored_private_key', [
      'authority',
      'serial_number',
      'wrapped_private_key',
    ]),
  };
}

/** The same octets, not a copy. */
export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
