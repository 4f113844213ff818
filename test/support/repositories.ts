import { AnswerRepository } from '../../storage/database/answer-repository.ts';
import { AuditRepository } from '../../storage/database/audit-repository.ts';
import { AuthorityRecords } from '../../storage/database/authority-records.ts';
import { AuthorityRepository } from '../../storage/database/authority-repository.ts';
import { CertificateRepository } from '../../storage/database/certificate-repository.ts';
import type { Database } from '../../storage/database/database.ts';
import { GroupCommit } from '../../storage/database/group-commit.ts';
import { IssuanceRecords } from '../../storage/database/issuance-records.ts';
import { RevisionRepository } from '../../storage/database/revision-repository.ts';
import { TargetRepository } from '../../storage/database/target-repository.ts';

/** Everything that keeps records, over one database. */
export function repositories(db: Database, now: () => Date) {
  const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 1_000 });
  const journal = new AuditRepository(db, commit);
  const records = new IssuanceRecords(db, { commit, journal });
  const revisions = new RevisionRepository(db, now);
  return {
    answers: new AnswerRepository(db, { commit, now }),
    commit,
    journal,
    authorities: new AuthorityRepository(db),
    authorityRecords: new AuthorityRecords(db, { commit, journal, issuances: records }),
    certificates: new CertificateRepository(db),
    records,
    revisions,
    targets: new TargetRepository(db, { commit, journal, revisions }),
  };
}
