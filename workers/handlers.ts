import type { FirstProcess } from '../compose/surroundings.ts';
import type { Statement } from '../storage/database/statement.ts';
import type { Outcomes } from './gathered-commit.ts';
import { asFailure, type Handlers } from './link.ts';

/** What the first process answers to its workers. */
export function handlersOf(first: FirstProcess): Handlers {
  const { createTarget, replaceTarget, deleteTarget, rotate, run, metricsText } = first;
  const commitAll = (transactions: readonly (readonly Statement[])[]): Promise<Outcomes> =>
    Promise.all(transactions.map((statements) => first.commit(statements).then(kept, asFailure)));
  return { createTarget, replaceTarget, deleteTarget, rotate, run, metricsText, commitAll };
}

function kept(): undefined {
  return undefined;
}
