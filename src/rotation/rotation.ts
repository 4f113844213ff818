import type { Actor } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import {
  type Findings,
  type Hearing,
  type LookThroughDeps,
  lookThrough,
  lookThroughAll,
  type Ticket,
  ticketsFor,
} from './look-through.ts';
import { type Outcome, Passes, type PassesDeps, type PassTerms, rankOf } from './passes.ts';
import type { RotationItem, TargetRecord } from './rotation-record.ts';
import { certificateEndingAt, deadlineOf } from './schedule/rotation-time.ts';
import { RoutinePace } from './schedule/routine-pace.ts';
import type { RotationTarget } from './target.ts';

export interface RotationDeps extends PassesDeps, Pick<LookThroughDeps, 'targetPages'> {
  /** Hears of every pass of the schedule that has looked at all targets: as long as it does, rotation is alive. */
  readonly passEnded: () => void;
}

interface AllTerms extends PassTerms {
  /** What is done with targets that are merely due. */
  readonly due: 'paced' | 'at once' | 'left to the schedule';
}

/** What is left of a ticket for whoever asked for the pass. */
interface Answer extends Pick<Ticket, 'promise'> {
  /** What is answered where nobody can wait any longer. */
  readonly queued: RotationItem;
}

/** A place that hangs, such as a dead network file system, must not end the rotation of all others. */
const PASS_PATIENCE_MS = 10 * 60_000;
/** Before whoever asks, and whatever proxy is between, gives up. */
const ANSWER_PATIENCE_MS = 25_000;
const SCHEDULE: AllTerms = {
  actor: { name: 'rotation' },
  ignoresBackOff: false,
  isRequested: false,
  leavesBusy: true,
  due: 'paced',
};
const WATCH: Actor = { name: 'watch' };

/** Decides which targets are rotated when: passes over all of them by the schedule or by request, or over one. */
export class Rotation {
  readonly #deps: RotationDeps;
  readonly #passes: Passes;
  readonly #pace: RoutinePace;
  /** Targets that failed when they were due: they are not paced any more, lest they keep others from their turns. */
  readonly #troubled = new Set<string>();
  /** When the pass of the schedule that is under way began. */
  #scheduledSince: Date | undefined;

  constructor(deps: RotationDeps) {
    this.#deps = deps;
    this.#passes = new Passes(deps);
    this.#pace = new RoutinePace(deps.limits);
  }

  /**
   * A pass of the schedule: targets that are being worked on, or that wait after a failure, are left,
   * and so is everything while the pass before still looks, unless one place keeps that from ending. It ends when
   * all that it began has ended.
   */
  async runScheduled(): Promise<void> {
    const start = this.#deps.now();
    const since = this.#scheduledSince?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (start.getTime() - since < PASS_PATIENCE_MS) return;
    this.#scheduledSince = start;
    const begun: Promise<Outcome>[] = [];
    try {
      const tell = ({ promise }: Ticket) => begun.push(promise);
      const { looked } = await this.#begin(SCHEDULE, { tell });
      await looked;
      this.#deps.passEnded();
    } catch (error) {
      begun.length = 0;
      this.#deps.reportFailure(error);
    }
    if (this.#scheduledSince === start) this.#scheduledSince = undefined;
    await Promise.all(begun);
  }

  /**
   * A pass over all targets that somebody asked for; it waits for passes under way, and for no pace. What
   * takes long is answered as queued, and goes on.
   */
  async run(
    actor: Actor,
    { force }: { readonly force: boolean },
  ): Promise<readonly RotationItem[]> {
    const terms = { actor, ignoresBackOff: force, isRequested: false, leavesBusy: false };
    const answers: Answer[] = [];
    return this.#inTime(async (late) => {
      const tell = ({ record, promise }: Ticket) =>
        answers.push({ promise, queued: queued(record) });
      await this.#begin({ ...terms, due: 'at once' }, { tell, late });
      return answers;
    });
  }

  /**
   * Gives one target a new key and certificate, due or not, before all that wait.
   *
   * @throws {PkiError} `target-unknown`
   */
  async rotate(name: string, actor: Actor): Promise<readonly RotationItem[]> {
    const record = await this.#deps.findTarget(name);
    if (!record) throw new PkiError('target-unknown', `no target "${name}"`);
    const terms = { actor, ignoresBackOff: true, isRequested: true, leavesBusy: false };
    const promise = this.#passes.inTurn(record.target, rankOf(record, 'requested'), terms);
    const items = await this.#inTime(async () => [{ promise, queued: queued(record) }]);
    if (items.length > 0 || this.#passes.isStopping) return items;
    throw new PkiError('target-unknown', `target "${name}" was deleted meanwhile`);
  }

  /** Begins a pass over a target that was just declared, without waiting for it. */
  begin(target: RotationTarget, actor: Actor): void {
    const terms = { actor, ignoresBackOff: true, isRequested: false, leavesBusy: false };
    void this.#passes.inTurn(target, { urgency: 'wrong', expiry: undefined }, terms);
  }

  /**
   * Begins passes over targets of whose destinations a watch has told something, without waiting for them:
   * that somebody has changed them, or, where `isReachable` says so, that they can be reached again. All of those that
   * came to be due while they could not are the schedule's affair, which has a pace.
   */
  beginNoticed(names: readonly string[], { isReachable }: { readonly isReachable: boolean }): void {
    const rest = { isRequested: false, leavesBusy: false, due: 'left to the schedule' } as const;
    const terms = { actor: WATCH, ignoresBackOff: isReachable, ...rest };
    const passes = async () => {
      const records = await Promise.all(names.map(this.#deps.findTarget));
      const tickets = ticketsFor(records.filter((record) => record !== undefined));
      const deps = { ...this.#deps, passes: this.#passes };
      const findings = await lookThrough(deps, tickets, terms);
      await this.#dealWith(findings, terms);
    };
    this.#passes.keepTrackOf(passes().catch(this.#deps.reportFailure));
  }

  /** Runs `work` while no pass touches the target. */
  whileIdle<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#passes.whileIdle(name, work);
  }

  /** Begins nothing more, and ends when what is under way has ended. */
  stop(): Promise<void> {
    return this.#passes.stop();
  }

  /** A pass over all targets; `looked` ends when what each of them needs is begun or queued. */
  async #begin(terms: AllTerms, hearing: Hearing): Promise<{ readonly looked: Promise<void> }> {
    const deps = { ...this.#deps, passes: this.#passes };
    const looking = lookThroughAll(deps, terms, hearing);
    this.#passes.keepTrackOf(looking);
    const { names, found } = await looking;
    this.#passes.forgetAllBut(names);
    const looked = found.then((findings) => this.#dealWith(findings, terms));
    this.#passes.keepTrackOf(looked);
    return { looked };
  }

  /** What is merely due is rotated where the terms say so; all else has begun. */
  async #dealWith(findings: Findings, terms: AllTerms): Promise<void> {
    const admitted = new Set(this.#admitted(findings, terms));
    for (const ticket of findings.due) {
      if (admitted.has(ticket)) ticket.resolve(this.#rotateDue(ticket, terms));
      else {
        ticket.resolve(undefined);
        const isFailing = ticket.record.progress.status.state !== 'current';
        if (isFailing) await this.#passes.recovered(ticket.record).catch(this.#deps.reportFailure);
      }
    }
  }

  #admitted(findings: Findings, terms: AllTerms): readonly Ticket[] {
    if (terms.due === 'left to the schedule') return [];
    return terms.due === 'paced' ? this.#paced(findings) : findings.due;
  }

  /** What the pace of the routine admits now. */
  #paced({ due, meanPerSecond }: Findings): readonly Ticket[] {
    const now = this.#deps.now();
    const isTroubled = ({ record }: Ticket) => this.#troubled.has(record.target.name);
    const waiting = due
      .filter((ticket) => !isTroubled(ticket))
      .map((ticket) => ({ ticket, deadline: deadlineBy(ticket.record, now.getTime()) }));
    const admitted = this.#pace.admit(waiting, { now: now.getTime(), meanPerSecond });
    return [...due.filter(isTroubled), ...admitted.map(({ ticket }) => ticket)];
  }

  async #rotateDue({ record }: Ticket, terms: PassTerms): Promise<Outcome> {
    const { target } = record;
    const item = await this.#passes.inTurn(target, rankOf(record, 'due'), terms);
    if (item?.outcome === 'failed') this.#troubled.add(target.name);
    else this.#troubled.delete(target.name);
    return item;
  }

  /** What has come of passes as far as anybody can wait for it; `begin` hears when that is over. */
  async #inTime(
    begin: (late: Promise<void>) => Promise<readonly Answer[]>,
  ): Promise<readonly RotationItem[]> {
    const patience = new AbortController();
    const late = this.#deps.ticker.sleep(ANSWER_PATIENCE_MS, patience.signal);
    try {
      const answers = await begin(late);
      const inTime = answers.map(({ promise, queued }) =>
        Promise.race([promise, late.then(() => queued)]),
      );
      return (await Promise.all(inTime)).filter((item) => item !== undefined);
    } finally {
      patience.abort();
    }
  }
}

function deadlineBy({ target, progress }: TargetRecord, now: number): number {
  const { notAfter } = progress.status;
  return notAfter === null ? now : deadlineOf(certificateEndingAt(notAfter, target), target, now);
}

/** What is answered for a target that has not had its turn, or not ended, when somebody cannot wait any longer. */
function queued({ target, progress }: TargetRecord): RotationItem {
  const { reasons, serialNumber } = progress.status;
  return { target: target.name, outcome: 'queued', reasons, serialNumber };
}
