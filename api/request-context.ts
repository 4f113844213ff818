import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Actor } from '../src/audit/entry.ts';

const REQUEST_ID = 'requestId';
const ACTOR_NAME = 'actorName';

/** Gives every request an id, which its answer, its log line and its journal entries carry. */
export const withRequestId: RequestHandler = (_req, res, next) => {
  const requestId = randomUUID();
  res.locals[REQUEST_ID] = requestId;
  res.set('X-Request-Id', requestId);
  next();
};

export function requestIdOf(res: Response): string {
  return String(res.locals[REQUEST_ID]);
}

/** Notes who has authenticated. */
export function setActor(res: Response, name: string): void {
  res.locals[ACTOR_NAME] = name;
}

/** Who makes this request. */
export function actorOf(res: Response): Actor {
  return { name: String(res.locals[ACTOR_NAME] ?? 'anonymous'), requestId: requestIdOf(res) };
}
