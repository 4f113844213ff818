import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../../src/certificate.ts';
import type { LeafRequest } from '../../src/issuance/issue-leaf.ts';
import type { ReplaceDeps } from '../../src/rotation/replace-files.ts';
import {
  KEPT_CERTIFICATES,
  type KeptCertificate,
  type NewRevision,
  type Revision,
} from '../../src/rotation/revision.ts';
import type { RevisionMark, TargetRecord } from '../../src/rotation/rotation-record.ts';
import { encodePrivateKey } from '../../src/x509/pem.ts';

type Issue = (
  request: LeafRequest,
) => Promise<{ readonly certificate: Certificate; readonly privateKey?: KeyObject }>;

interface Entry extends Revision {
  readonly kept: KeptCertificate;
}

/** The revisions of targets as `storage/database` keeps them, in memory. */
export class MemoryRevisions
  implements Pick<ReplaceDeps, 'issue' | 'keptCertificate' | 'addRevision'>
{
  readonly #records: Map<string, TargetRecord>;
  readonly #now: () => Date;
  readonly #issue: Issue;
  readonly #entries = new Map<string, Entry[]>();
  /** Runs once a revision is recorded and before anybody hears of it; what it throws is a crash. */
  afterRecord: () => unknown = () => undefined;

  constructor(
    records: Map<string, TargetRecord>,
    { now, issue }: { now: () => Date; issue: Issue },
  ) {
    this.#records = records;
    this.#now = now;
    this.#issue = issue;
  }

  readonly issue: ReplaceDeps['issue'] = async (request, revision) => {
    const issued = await this.#issue(request);
    const { certificate, privateKey } = issued;
    const { serialNumber, authority, der } = certificate;
    const privateKeyPem = privateKey ? encodePrivateKey(privateKey) : '';
    this.#add(revision, { serialNumber, authority, der, privateKeyPem }, certificate.notAfter);
    await this.afterRecord();
    return issued;
  };

  readonly addRevision: ReplaceDeps['addRevision'] = async (revision, { serialNumber }) => {
    const known = this.#of(revision.target).find((entry) => entry.serialNumber === serialNumber);
    if (!known) throw new Error(`no certificate ${serialNumber}`);
    this.#add(revision, known.kept, known.notAfter);
    await this.afterRecord();
  };

  readonly keptCertificate: ReplaceDeps['keptCertificate'] = async (target, number) => {
    const entry = this.#of(target).find((one) => one.number === number);
    return entry && this.#isKept(target, entry) ? entry.kept : undefined;
  };

  readonly list = async (target: string): Promise<readonly Revision[]> =>
    this.#of(target)
      .toReversed()
      .map((entry) => ({ ...entry, isKeyKept: this.#isKept(target, entry) }));

  written(target: string, number: number): void {
    const entries = this.#of(target).map((entry) =>
      entry.number === number ? { ...entry, writtenAt: this.#now() } : entry,
    );
    this.#entries.set(target, entries);
    this.#mark(target, { number, isWritten: true });
  }

  #add(
    { target, number, reasons, actor }: NewRevision,
    kept: KeptCertificate,
    notAfter: Date,
  ): void {
    const { serialNumber, authority } = kept;
    const times = { recordedAt: this.#now(), writtenAt: null, provenAt: null };
    const entry = {
      number,
      serialNumber,
      authority,
      notAfter,
      reasons,
      actor: actor.name,
      ...times,
    };
    this.#entries.set(target, [...this.#of(target), { ...entry, isKeyKept: true, kept }]);
    this.#mark(target, { number, isWritten: false });
  }

  #isKept(target: string, { serialNumber, writtenAt }: Entry): boolean {
    const written = this.#of(target)
      .filter((entry) => entry.writtenAt !== null)
      .toReversed();
    const last = [...new Set(written.map((entry) => entry.serialNumber))].slice(
      0,
      KEPT_CERTIFICATES,
    );
    return writtenAt === null || last.includes(serialNumber);
  }

  #mark(target: string, revision: RevisionMark): void {
    const record = this.#records.get(target);
    if (record) this.#records.set(target, { ...record, revision });
  }

  #of(target: string): readonly Entry[] {
    return this.#entries.get(target) ?? [];
  }
}
