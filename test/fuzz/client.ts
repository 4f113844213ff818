import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzedService } from './fuzzed-service.ts';
import { addressed, type HttpRequest, octetsOf, STORED } from './http-request.ts';
import { assertInContract, assertSound } from './judge.ts';
import type { Ledger } from './ledger.ts';
import { type RawAnswer, RawConnection } from './raw-connection.ts';

/** What is answered later than this however often it is asked is too slow, whatever it is. */
const MAX_MS = 250;
const ATTEMPTS = 8;
/** What has to derive keys from passwords or to sign a thousand times is worth more. */
const SLOW_PATH = /pfx|\/batch|\/import/;
const MAX_SLOW_MS = 5_000;
/**
 * A request that has no answer after such a silence is not complete. One that is may have to wait for a hundred
 * handshakes, for keys that are derived, and for a disk that others are writing to.
 */
const SILENCE_MS = 15_000;
/** So many cases are thrown at a time, and the next ones at the latest after so long. */
const AT_ONCE = 100;
const PACE_MS = 1_000;

/** Sends cases to a service over one connection that is kept alive, and judges what it answers. */
export class Client {
  readonly #service: FuzzedService;
  readonly #ledger: Ledger;
  readonly #onAnswer: () => void;
  #connection: RawConnection;
  /** Of cases that were thrown together, the one that failed. */
  culprit: Buffer | undefined;

  constructor(service: FuzzedService, ledger: Ledger, onAnswer: () => void) {
    this.#service = service;
    this.#ledger = ledger;
    this.#onAnswer = onAnswer;
    this.#connection = new RawConnection(service.endpoint);
  }

  /** One case; it is sent again where its answer took long. */
  async ask(request: HttpRequest): Promise<void> {
    const maxMs = SLOW_PATH.test(request.target) ? MAX_SLOW_MS : MAX_MS;
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < ATTEMPTS && best > maxMs; attempt += 1) {
      const at = new Date();
      const begin = performance.now();
      const answer = await this.#answerTo(request);
      best = Math.min(best, performance.now() - begin);
      this.#judge(request, answer, at);
    }
    assert.ok(best <= maxMs, `answered after ${best} ms`);
    this.#onAnswer();
  }

  /** Cases of which nobody knows what they ask, each over a connection of its own. */
  async throwAll(cases: readonly Buffer[]): Promise<void> {
    const waves: Promise<PromiseSettledResult<void>[]>[] = [];
    for (let from = 0; from < cases.length; from += AT_ONCE) {
      const thrown = cases.slice(from, from + AT_ONCE).map((octets) => this.#throw(octets));
      const wave = Promise.allSettled(thrown);
      waves.push(wave);
      await Promise.race([wave, sleep(PACE_MS)]);
    }
    const outcomes = (await Promise.all(waves)).flat();
    const at = outcomes.findIndex(({ status }) => status === 'rejected');
    const outcome = outcomes[at];
    if (outcome?.status !== 'rejected') return;
    this.culprit = cases[at];
    throw outcome.reason;
  }

  close(): void {
    this.#connection.close();
  }

  #judge({ target, ...request }: HttpRequest, answer: RawAnswer, at: Date): void {
    assertSound(answer, request.method === 'HEAD');
    const sent = { ...request, target: target.replaceAll(STORED, this.#service.stored) };
    assertInContract(sent, answer);
    const isAsked = /^\/v1\/certificates(\/batch)?$/.test(target) && answer.status < 300;
    const asked = isAsked ? request.body?.toString('utf8') : undefined;
    this.#ledger.enter(answer, { at, asked: asked === undefined ? undefined : JSON.parse(asked) });
  }

  async #answerTo(request: HttpRequest): Promise<RawAnswer> {
    const octets = addressed(octetsOf(request), this.#service);
    const isHead = request.method === 'HEAD';
    // A connection may be closed at any time between two requests; nobody closes a new one.
    const first = this.#connection.isSpent
      ? undefined
      : await this.#connection.exchange(octets, isHead);
    return first ?? (await this.#renewed().exchange(octets, isHead)) ?? assert.fail('hung up');
  }

  #renewed(): RawConnection {
    this.#connection.close();
    this.#connection = new RawConnection(this.#service.endpoint);
    return this.#connection;
  }

  async #throw(octets: Buffer): Promise<void> {
    const at = new Date();
    const connection = new RawConnection(this.#service.endpoint);
    const answers = await connection.answersTo(addressed(octets, this.#service), SILENCE_MS);
    for (const answer of answers) {
      assertSound(answer);
      this.#ledger.enter(answer, { at });
    }
    this.#onAnswer();
  }
}
