import { hash } from 'node:crypto';
import type { KeyWrapping } from '../authority/private-key.ts';
import { PkiError } from '../errors.ts';
import type { Answer, KeptAnswer } from './answer.ts';
import type { KeysInUse } from './keys-in-use.ts';

/** A request that its caller has marked, to be able to make it again. */
export interface Attempt {
  /** The caller. */
  readonly actor: string;
  /** What is asked for, by its name in the contract. */
  readonly operation: string;
  /** What the caller has marked it with. */
  readonly key: string;
  /** SHA-256, in hexadecimal digits, of all that makes it the same request. */
  readonly requestDigest: string;
}

/** An answer, and whether it was given before. */
export interface GivenAnswer extends Answer {
  readonly isRepeated: boolean;
}

/** `Work` is what issues; all that it records waits for one transaction. */
export interface AnswerOnceDeps<Work> {
  readonly wrapping: KeyWrapping;
  readonly keysInUse: KeysInUse;
  /** An answer that is not forgotten yet. */
  readonly findAnswer: (id: string) => Promise<KeptAnswer | undefined>;
  /** Begins a transaction; `complete` makes durable, together with an answer, what `work` has recorded, or nothing. */
  readonly begin: () => {
    readonly work: Work;
    /** @throws {PkiError} `idempotency-key-in-use` where another answer was kept under the same key meanwhile */
    readonly complete: (answer: KeptAnswer) => Promise<void>;
  };
}

/**
 * Answers a marked request: the first time by `answerBy`, and from then on with the same answer, for as long as it is
 * kept. What was issued and what is needed to say so again become durable together, so that no crash comes between
 * them. A refusal keeps nothing, and leaves the key free.
 *
 * @throws {PkiError} `idempotency-key-reused` where another request had the key, `idempotency-key-in-use` where one is
 *   being worked on, or what `answerBy` throws
 */
export async function answerOnce<Work>(
  deps: AnswerOnceDeps<Work>,
  attempt: Attempt,
  answerBy: (work: Work) => Promise<Answer>,
): Promise<GivenAnswer> {
  const id = idOf(attempt);
  const before = await answerBefore(deps, id, attempt);
  if (before) return before;
  if (!(await deps.keysInUse.take(id))) throw inUse();
  try {
    // Whoever had the key may have finished between the look and the taking.
    return (
      (await answerBefore(deps, id, attempt)) ?? (await firstAnswer(deps, id, attempt, answerBy))
    );
  } finally {
    await deps.keysInUse.giveBack(id);
  }
}

async function firstAnswer<Work>(
  { begin, wrapping }: AnswerOnceDeps<Work>,
  id: string,
  { requestDigest }: Attempt,
  answerBy: (work: Work) => Promise<Answer>,
): Promise<GivenAnswer> {
  const { work, complete } = begin();
  const answer = await answerBy(work);
  const octets = Buffer.from(JSON.stringify(answer), 'utf8');
  const wrappedAnswer = wrapping.wrap(octets, contextOf(id, requestDigest));
  await complete({ id, requestDigest, wrappedAnswer });
  return { ...answer, isRepeated: false };
}

async function answerBefore<Work>(
  { findAnswer, wrapping }: AnswerOnceDeps<Work>,
  id: string,
  { requestDigest }: Attempt,
): Promise<GivenAnswer | undefined> {
  const kept = await findAnswer(id);
  if (!kept) return undefined;
  if (kept.requestDigest !== requestDigest) {
    const message = 'another request has been granted with this Idempotency-Key; nothing was done';
    throw new PkiError('idempotency-key-reused', message);
  }
  const octets = wrapping.unwrap(kept.wrappedAnswer, contextOf(id, requestDigest));
  const answer = JSON.parse(Buffer.from(octets).toString('utf8')) as Answer;
  return { ...answer, isRepeated: true };
}

function inUse(): PkiError {
  const message =
    'a request with this Idempotency-Key is being worked on; ask again for its answer';
  return new PkiError('idempotency-key-in-use', message);
}

/** Callers and operations do not see one another's keys. */
function idOf({ actor, operation, key }: Attempt): string {
  return hash('sha256', JSON.stringify([actor, operation, key]));
}

/** What an answer is sealed for: copied into another row, it does not open. */
function contextOf(id: string, requestDigest: string): readonly string[] {
  return ['answer', id, requestDigest];
}
