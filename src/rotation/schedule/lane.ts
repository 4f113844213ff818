import type { Destination } from '../target.ts';

/** What shares a rate of writes: all that is written to one API server; one for all other places. */
export type Lane = string;

/** The rest has no API server, and nothing that would be written too fast. */
export const ELSEWHERE: Lane = '';

export function laneOf(destination: Destination): Lane {
  if (destination.type !== 'kubernetesSecret') return ELSEWHERE;
  return `kubernetes/${destination.context ?? ''}`;
}
