import type { Issuing } from '../api/app.ts';
import type { Actor } from '../src/audit/entry.ts';
import type { Certificate } from '../src/certificate.ts';
import type { Answer, KeptAnswer } from '../src/idempotency/answer.ts';
import { type Attempt, answerOnce } from '../src/idempotency/answer-once.ts';
import type { KeysInUse } from '../src/idempotency/keys-in-use.ts';
import type { Commit, Statement } from '../storage/database/statement.ts';
import { type IssuingBy, recordingInto } from './issuing.ts';
import type { Parts, Surroundings } from './surroundings.ts';
import { composeTogether } from './together.ts';

/** Joins what answers a request once, however often it is made. */
export function composeAnswers(
  { now, wrapping }: Pick<Surroundings, 'now' | 'wrapping'>,
  parts: Parts & { readonly issuingBy: IssuingBy; readonly keysInUse: KeysInUse },
) {
  const { commit, stores, issuingBy, keysInUse } = parts;
  const { answers, journal } = stores;
  const begin = () => {
    const statements: Statement[] = [];
    const gather: Commit = async (more) => {
      statements.push(...more);
    };
    const work: Issuing = {
      ...issuingBy(recordingInto(gather, stores)),
      together: composeTogether({ now }, { ...parts, commit: gather }),
    };
    const complete = (answer: KeptAnswer) => commit([answers.statementFor(answer), ...statements]);
    return { work, complete };
  };
  const deps = { wrapping, keysInUse, begin, findAnswer: answers.find };
  return {
    forgetOldAnswers: answers.forgetOld,
    once: (attempt: Attempt, answerBy: (work: Issuing) => Promise<Answer>) =>
      answerOnce(deps, attempt, answerBy),
    recordRepeatedKeys: (
      certificates: readonly Pick<Certificate, 'serialNumber' | 'authority'>[],
      actor: Actor,
    ) =>
      commit(
        certificates.map(({ serialNumber, authority }) =>
          journal.statementFor({
            time: now(),
            actor,
            action: 'private-key.downloaded',
            details: { serialNumber, authority, isRepeatedAnswer: true },
          }),
        ),
      ),
  };
}
