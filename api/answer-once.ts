import type { Request, Response } from 'express';
import type { Actor } from '../src/audit/entry.ts';
import type { Certificate } from '../src/certificate.ts';
import type { Answer } from '../src/idempotency/answer.ts';
import type { Attempt, GivenAnswer } from '../src/idempotency/answer-once.ts';
import { idempotencyKeyIn } from './idempotency-key.ts';
import { actorOf } from './request-context.ts';
import { requestDigestOf } from './request-digest.ts';
import { sendJson } from './send-json.ts';

type CertificateId = Pick<Certificate, 'serialNumber' | 'authority'>;

/** `Work` is what issues. */
export interface AnswerOnceDeps<Work> {
  /** Answers an attempt by its `work`, or as it was answered before; nothing of it is kept where it is refused. */
  readonly once: (
    attempt: Attempt,
    answerBy: (work: Work) => Promise<Answer>,
  ) => Promise<GivenAnswer>;
  /** Writes into the journal that somebody gets the keys of these certificates again. */
  readonly recordRepeatedKeys: (
    certificates: readonly CertificateId[],
    actor: Actor,
  ) => Promise<void>;
}

/**
 * Answers a request that issues. Where its caller has marked it with an `Idempotency-Key`, it issues once, however often
 * it is made.
 */
export async function answerOnce<Work>(
  deps: Work & AnswerOnceDeps<Work>,
  asked: { readonly operation: string; readonly req: Request; readonly res: Response },
  answerBy: (work: Work) => Promise<Answer>,
): Promise<void> {
  const { operation, req, res } = asked;
  const key = idempotencyKeyIn(req);
  if (key === undefined) {
    sendAnswer(res, await answerBy(deps));
    return;
  }
  const actor = actorOf(res);
  const attempt = { actor: actor.name, operation, key, requestDigest: requestDigestOf(req) };
  const { isRepeated, ...answer } = await deps.once(attempt, answerBy);
  if (isRepeated) {
    const certificates = keyOwnersIn(answer.body);
    if (certificates.length > 0) await deps.recordRepeatedKeys(certificates, actor);
    res.setHeader('Idempotency-Replayed', 'true');
  }
  sendAnswer(res, answer);
}

function sendAnswer(res: Response, { status, location, body }: Answer): void {
  if (location !== undefined) res.setHeader('Location', location);
  res.setHeader('Cache-Control', 'no-store');
  sendJson(res, status, body);
}

/** The certificates whose private keys an answer holds: one of its own, or those of the results of a batch. */
function keyOwnersIn(body: unknown): readonly CertificateId[] {
  const { results, ...single } = body as Issued & {
    readonly results?: readonly { body: Issued }[];
  };
  const issued = results?.map((result) => result.body) ?? [single];
  return issued.flatMap(({ privateKey, serialNumber, authority }) =>
    privateKey === undefined ? [] : [{ serialNumber, authority }],
  );
}

interface Issued extends CertificateId {
  readonly privateKey?: string;
}
