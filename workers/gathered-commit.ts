import type { Commit, Statement } from '../storage/database/statement.ts';
import { asError, type Failure } from './link.ts';

/** What became of each transaction: nothing to say, or why it was not kept. */
export type Outcomes = readonly (Failure | undefined)[];

interface Waiting {
  readonly statements: readonly Statement[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Has transactions made durable by the first process: those of one turn of the event loop travel in
 * one message, since a message costs more than what is in it.
 */
export class GatheredCommit {
  readonly #commitAll: (transactions: readonly (readonly Statement[])[]) => Promise<Outcomes>;
  #gathered: Waiting[] = [];

  constructor(commitAll: (transactions: readonly (readonly Statement[])[]) => Promise<Outcomes>) {
    this.#commitAll = commitAll;
  }

  readonly commit: Commit = (statements) =>
    new Promise((resolve, reject) => {
      this.#gathered.push({ statements, resolve, reject });
      if (this.#gathered.length === 1) setImmediate(() => void this.#send());
    });

  async #send(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    try {
      const outcomes = await this.#commitAll(gathered.map(({ statements }) => statements));
      for (const [index, { resolve, reject }] of gathered.entries()) {
        const failure = outcomes[index];
        if (failure === undefined) resolve();
        else reject(asError(failure));
      }
    } catch (error) {
      for (const { reject } of gathered) reject(error);
    }
  }
}
