import type { FirstProcess } from '../compose/surroundings.ts';
import type { Handlers } from './link.ts';

/** What the first process answers to its workers. */
export function handlersOf(first: FirstProcess): Handlers {
  const { createTarget, replaceTarget, deleteTarget, rotate, run, metricsText } = first;
  return { createTarget, replaceTarget, deleteTarget, rotate, run, metricsText };
}
