import type { Request, RequestHandler, Response, Router } from 'express';
import type { Actor } from '../../src/audit/entry.ts';
import type { Certificate } from '../../src/certificate.ts';
import type { Answer } from '../../src/idempotency/answer.ts';
import type { IssuedLeaf, LeafRequest } from '../../src/issuance/issue-leaf.ts';
import { type AnswerOnceDeps, answerOnce } from '../answer-once.ts';
import { atMost } from '../at-most.ts';
import { answerInChunks, type Result } from '../batch/answer.ts';
import { parseBatch } from '../batch/body.ts';
import { type Form, JSON_FORM, NDJSON_FORM } from '../batch/form.ts';
import { chunksOfLines, chunksOfList, type Item } from '../batch/items.ts';
import { assertNoIdempotencyKey, hasIdempotencyKey } from '../idempotency-key.ts';
import { jsonBodyReader, NoParameters, parseBody, parseQuery } from '../input.ts';
import { letLast } from '../lasting-request.ts';
import { assertMediaType } from '../media-type.ts';
import { onlyMethods } from '../methods.ts';
import { presentIssued } from '../present-certificate.ts';
import { type Asked, accountedFor, type ProblemDeps, problemOf, type Refusal } from '../problem.ts';
import { actorOf, requestIdOf } from '../request-context.ts';
import { BatchBody, CertificateBody } from '../schemas/certificate.ts';
import { strictRouter } from '../strict-router.ts';
import { untilGone } from '../until-gone.ts';

/** What one item is done with; nothing of it ends before its whole chunk is durable. */
export interface ItemWork {
  readonly issue: (request: LeafRequest, actor: Actor) => Promise<IssuedLeaf>;
  readonly recordRefusal: (refusal: Refusal) => Promise<void>;
}

export interface BatchRoutesDeps extends Pick<ProblemDeps, 'logFailure'> {
  readonly now: () => Date;
  /** DER of the certificates above, its issuer's first, the root's last. */
  readonly pathAbove: (certificate: Certificate) => Promise<readonly Uint8Array[]>;
  /** Does `work` for every item; what all of it writes is kept as a whole, and not once `signal` is aborted. */
  readonly together: <T, R>(
    items: readonly T[],
    work: (item: T, itemWork: ItemWork, index: number) => Promise<R>,
    signal: AbortSignal,
  ) => Promise<readonly R[]>;
}

/** 4 KiB for each of 1,000 items: CSRs with RSA keys of 4096 bits and a few names have half of that. */
const MAX_BODY_OCTETS = 4 * 1024 * 1024;

/** Of one process; each may hold a body, and two chunks with their answers. */
const MAX_BATCHES = 8;

const LINES = 'application/x-ndjson';

type Issuing = Pick<BatchRoutesDeps, 'together'>;
type Deps = BatchRoutesDeps & AnswerOnceDeps<Issuing>;

interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

/** Many certificates in one request. Its bodies are larger than others, so that it reads them itself. */
export function batchRoutes(deps: Deps): Router {
  const router = strictRouter();
  const bounds = { each: MAX_BODY_OCTETS, all: MAX_BATCHES * MAX_BODY_OCTETS };
  const readJson = jsonBodyReader({ ...bounds, otherTypes: [LINES], parse: parseBatch });
  const readBody: RequestHandler = (req, res, next) =>
    req.is(LINES) ? next() : readJson(req, res, next);
  router
    .route('/certificates/batch')
    .post(atMost(MAX_BATCHES, 'batches'), readBody, async (req, res) => {
      parseQuery(NoParameters, req);
      if (req.is(LINES)) await issueLines(deps, req, res);
      else await issueList(deps, req, res);
    })
    .all(onlyMethods('POST'));
  return router;
}

async function issueList(deps: Deps, req: Request, res: Response): Promise<void> {
  const { items } = parseBody(BatchBody, req.body);
  const chunks = chunksOfList(items);
  if (hasIdempotencyKey(req)) await issueOnce(deps, { req, res }, chunks);
  else await issueAll(deps, { req, res }, { form: JSON_FORM, chunks });
}

async function issueLines(deps: BatchRoutesDeps, req: Request, res: Response): Promise<void> {
  assertMediaType(req, LINES);
  // A stream is answered while it comes: what would be the same request is known only at its end.
  assertNoIdempotencyKey(req, 'is not honoured for a stream; send the batch as JSON');
  letLast(req, res);
  await issueAll(deps, { req, res }, { form: NDJSON_FORM, chunks: chunksOfLines(req) });
}

/** Each chunk is durable and answered before the one after the next is begun. */
async function issueAll(
  deps: BatchRoutesDeps,
  { req, res }: Exchange,
  { form, chunks }: { readonly form: Form; readonly chunks: AsyncIterable<readonly Item[]> },
): Promise<void> {
  await untilGone({ req, res }, async (signal) => {
    try {
      await answerInChunks(res, form, {
        chunks,
        work: chunkWork(deps, { req, res }, signal),
        signal,
      });
    } catch (error) {
      if (!res.headersSent || signal.aborted) throw error;
      // Half an answer must not look like a whole one.
      deps.logFailure(error, requestIdOf(res));
      res.destroy();
    }
  });
}

/**
 * The whole batch is one transaction, with its answer in it. Where an item fails for a reason of ours nothing is kept,
 * so that to ask again is to have it done.
 */
async function issueOnce(
  deps: Deps,
  { req, res }: Exchange,
  chunks: AsyncIterable<readonly Item[]>,
): Promise<void> {
  const asked = { operation: 'issueCertificates', req, res };
  await untilGone({ req, res }, (signal) =>
    answerOnce<Issuing>(deps, asked, async ({ together }) => {
      const work = chunkWork({ ...deps, together }, { req, res }, signal);
      const results: Pick<Result, 'status' | 'body'>[] = [];
      for await (const chunk of chunks) {
        for (const { status, body, ourFault } of await work(chunk)) {
          if (ourFault) throw ourFault;
          results.push({ status, body });
        }
      }
      const answer: Answer = { status: 200, body: { results } };
      return answer;
    }),
  );
}

/** Works on chunk after chunk of one request; items are counted through all of them. */
function chunkWork(deps: BatchRoutesDeps, { req, res }: Exchange, signal: AbortSignal) {
  const asked = { actor: actorOf(res), method: req.method, path: req.baseUrl + req.path };
  let done = 0;
  return async (chunk: readonly Item[]) => {
    const start = done;
    done += chunk.length;
    const results = await deps.together(
      chunk,
      (item, itemWork, index) =>
        resultOf({ ...deps, ...itemWork, signal }, item, { ...asked, item: start + index }),
      signal,
    );
    signal.throwIfAborted();
    return results;
  };
}

/** What became of one item, as if it had come alone; fails only where nobody is there to be told. */
async function resultOf(
  deps: BatchRoutesDeps & ItemWork & { readonly signal: AbortSignal },
  item: Item,
  asked: Asked,
): Promise<Result> {
  try {
    if ('fault' in item) throw item.fault;
    const issued = await deps.issue(parseBody(CertificateBody, item.value), asked.actor);
    const above = await deps.pathAbove(issued.certificate);
    return { status: 201, body: presentIssued(issued, above, deps.now()) };
  } catch (thrown) {
    deps.signal.throwIfAborted();
    const error = await accountedFor(thrown, asked, deps);
    const body = problemOf(error, asked.actor.requestId ?? '');
    const { status } = body;
    return { status, body, ...(status >= 500 ? { ourFault: asError(thrown) } : {}) };
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
