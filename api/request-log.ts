import type { RequestHandler } from 'express';
import { actorOf } from './request-context.ts';

/** One line of the log about one request; it holds neither query, headers nor bodies. */
export interface RequestLine {
  readonly requestId: string | undefined;
  readonly actor: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Logs every request when its answer is done, or when its caller has gone. */
export function logRequests(log: (line: RequestLine) => void): RequestHandler {
  return (req, res, next) => {
    const start = performance.now();
    const { method } = req;
    const [path = ''] = req.originalUrl.split('?');
    res.once('close', () => {
      const { name, requestId } = actorOf(res);
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      log({ requestId, actor: name, method, path, status: res.statusCode, durationMs });
    });
    next();
  };
}
