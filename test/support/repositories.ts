import type { Kysely } from 'kysely';
import { AuditRepository } from '../../storage/database/audit-repository.ts';
import { AuthorityRecords } from '../../storage/database/authority-records.ts';
import { AuthorityRepository } from '../../storage/database/authority-repository.ts';
import { CertificateRepository } from '../../storage/database/certificate-repository.ts';
import { GroupCommit } from '../../storage/database/group-commit.ts';
import { IssuanceRecords } from '../../storage/database/issuance-records.ts';
import type { Schema } from '../../storage/database/schema.ts';

/** Everything that keeps certificates, over one database. */
export function repositories(db: Kysely<Schema>, now: () => Date) {
  const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 1_000 });
  const journal = new AuditRepository(db, commit);
  const records = new IssuanceRecords(db, { commit, now, journal });
  return {
    journal,
    authorities: new AuthorityRepository(db),
    authorityRecords: new AuthorityRecords(db, { commit, journal, issuances: records }),
    certificates: new CertificateRepository(db),
    records,
  };
}
