import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { KeyWrapping } from '../../src/authority/private-key.ts';
import { PkiError, type Violation } from '../../src/errors.ts';
import type {
  DestinationFiles,
  DestinationState,
  DestinationWrite,
} from '../../src/rotation/destination.ts';
import type { SdsDestination } from '../../src/rotation/target.ts';
import type { Schema, SdsSecretRow } from './schema.ts';
import { type Commit, type Statement, statementOf } from './statement.ts';

export interface SdsStoreParts {
  readonly commit: Commit;
  readonly wrapping: KeyWrapping;
  /** By which this service tells its own marks from those of another Certwright. */
  readonly instance: string;
  /** Whether there is a listener at which the secrets can be had. */
  readonly isServed: boolean;
  /** Told of a target once what it holds has durably changed. */
  readonly changed: (target: string) => void;
}

const NOT_SERVED =
  'no listener hands out secrets: set PKI_SDS_LISTEN to the host and port where Envoy finds it';

/** Keeps in SQL what targets for SDS hold; the keys are sealed. */
export class SdsStore {
  readonly #db: Kysely<Schema>;
  readonly #parts: SdsStoreParts;

  constructor(db: Kysely<Schema>, parts: SdsStoreParts) {
    this.#db = db;
    this.#parts = parts;
  }

  readonly violationsOf = async (): Promise<readonly Violation[]> =>
    this.#parts.isServed ? [] : [{ pointer: '/destination/type', detail: NOT_SERVED }];

  readonly read = async ({ name }: SdsDestination): Promise<DestinationState> => {
    this.#assertServed();
    const row = await this.#find(name);
    if (!row) return { kind: 'absent' };
    const files = this.#filesOf(row);
    return {
      kind: 'present',
      files,
      isAsWritten: contentHashOf(files) === row.content_hash,
      revision: row.revision,
      version: versionOf(row),
      writer: { target: row.target, isThisService: row.instance === this.#parts.instance },
    };
  };

  readonly write = async ({ name }: SdsDestination, write: DestinationWrite): Promise<void> => {
    this.#assertServed();
    const { found } = write;
    const row = this.#rowOf(write);
    const statement =
      found.kind === 'present' ? this.#update(row, found.version) : this.#insertion(row);
    await this.#parts.commit([statement]);
    this.#parts.changed(name);
  };

  /** Nobody reads on this way: what there is to say stands in the target's status. */
  readonly announce = (): Promise<void> => Promise.resolve();

  /** Deletes it whether it is handed out or not: what cannot be had any more must not be kept for ever. */
  readonly remove = async ({ name }: SdsDestination, targetName: string): Promise<boolean> => {
    const row = await this.#find(name);
    const isOurs = row?.target === targetName && row.instance === this.#parts.instance;
    if (!isOurs) return false;
    const deletion = this.#db.deleteFrom('sds_secret').where('target', '=', name);
    await this.#parts.commit([statementOf(deletion)]);
    this.#parts.changed(name);
    return true;
  };

  #find(name: string): Promise<SdsSecretRow | undefined> {
    return this.#db
      .selectFrom('sds_secret')
      .selectAll()
      .where('target', '=', name)
      .executeTakeFirst();
  }

  #insertion(row: SdsSecretRow): Statement {
    const query = this.#db
      .insertInto('sds_secret')
      .values(row)
      .onConflict((conflict) => conflict.column('target').doNothing());
    return statementOf(query, changedMeanwhile(row.target));
  }

  #update(row: SdsSecretRow, version: string): Statement {
    const [revision, contentHash = ''] = version.split('-');
    const query = this.#db
      .updateTable('sds_secret')
      .set(row)
      .where('target', '=', row.target)
      .where('revision', '=', Number(revision))
      .where('content_hash', '=', contentHash);
    return statementOf(query, changedMeanwhile(row.target));
  }

  #rowOf({ targetName, revision, files }: DestinationWrite): SdsSecretRow {
    const { wrapping, instance } = this.#parts;
    const key = Buffer.from(files['tls.key'], 'utf8');
    return {
      target: targetName,
      instance,
      revision,
      chain: files['tls.crt'],
      wrapped_private_key: Buffer.from(wrapping.wrap(key, contextOf(targetName, revision))),
      client_authorities: files['ca.crt'] ?? null,
      content_hash: contentHashOf(files),
    };
  }

  #filesOf(row: SdsSecretRow): Partial<DestinationFiles> {
    const key = this.#openedKey(row);
    return {
      'tls.crt': row.chain,
      ...(key === undefined ? {} : { 'tls.key': key }),
      ...(row.client_authorities === null ? {} : { 'ca.crt': row.client_authorities }),
    };
  }

  /** A key that was put there by somebody else does not open: the next pass finds none and makes a new one. */
  #openedKey({ target, revision, wrapped_private_key }: SdsSecretRow): string | undefined {
    try {
      const octets = this.#parts.wrapping.unwrap(wrapped_private_key, contextOf(target, revision));
      return Buffer.from(octets).toString('utf8');
    } catch {
      return undefined;
    }
  }

  #assertServed(): void {
    if (!this.#parts.isServed) throw new PkiError('target-unavailable', NOT_SERVED);
  }
}

function contextOf(target: string, revision: number): readonly string[] {
  return ['sds', target, String(revision)];
}

/** A record that was removed and made anew begins with revision 1 again, but not with the same content. */
function versionOf({ revision, content_hash }: SdsSecretRow): string {
  return `${revision}-${content_hash}`;
}

function contentHashOf(files: Partial<DestinationFiles>): string {
  const { 'tls.crt': chain, 'tls.key': key, 'ca.crt': authorities } = files;
  return createHash('sha256')
    .update(JSON.stringify([chain, key, authorities]))
    .digest('hex');
}

function changedMeanwhile(target: string) {
  const message = `the secret of target "${target}" was changed by somebody else meanwhile`;
  return { code: 'target-unavailable', message } as const;
}
