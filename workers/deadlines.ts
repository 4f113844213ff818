import { CLOSE_DEADLINE_MS } from '../api/listener.ts';

/** How long the first process waits for one of its workers. */
export type Deadlines = Readonly<typeof DEADLINES>;

/** What they are in the service. */
export const DEADLINES = {
  /** One that is not ready by then hangs, even where many share a slow core; it is ended, and so replaced. */
  startMs: 60_000,
  /** How often one that is ready is asked whether it is still there. */
  turnMs: 1_000,
  /** In turns without an answer: others are given its connections, if only because it is busy. */
  doubtedAfter: 5,
  /**
   * In turns without an answer: it hangs, is ended and so replaced. Nothing that it does keeps it busy for so long: SQLite
   * waits 5 s for a lock at most, and cryptography takes seconds where many share a slow core.
   */
  lostAfter: 30,
  /** For an answer that others can do without; Prometheus waits 10 s for all of them. */
  answerMs: 5_000,
  /** For the requests in flight at a stop: a worker cuts them off itself, a little earlier. */
  closeMs: CLOSE_DEADLINE_MS + 2_000,
  /** For what is left to do once no request is in flight; with `closeMs` less than the 30 s that Kubernetes waits. */
  endMs: 5_000,
};
