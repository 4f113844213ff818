import { ApiRefusal, bodyOf, statusCodeOf } from './api-failure.ts';
import { retryAfterMsOf } from './retry-after.ts';

interface Hold {
  readonly untilMs: number;
  readonly code: number;
  readonly body: string;
}

/** Which API servers have asked to be left alone (`Retry-After`), and are not asked anything until then. */
export class Holds {
  /** By context. */
  readonly #holds = new Map<string | undefined, Hold>();

  /** Remembers what an API server has refused, where it said for how long it will. */
  note(context: string | undefined, error: unknown): void {
    const code = statusCodeOf(error);
    const askedMs = retryAfterMsOf(error);
    if (code === undefined || askedMs === 0) return;
    const untilMs = performance.now() + askedMs;
    if (untilMs <= (this.#holds.get(context)?.untilMs ?? 0)) return;
    this.#holds.set(context, { untilMs, code, body: bodyOf(error) });
  }

  /** @throws {ApiRefusal} what the API server said, with the time that is left */
  assertNone(context: string | undefined): void {
    const { untilMs = 0, code, body } = this.#holds.get(context) ?? {};
    const leftMs = untilMs - performance.now();
    if (code === undefined || leftMs <= 0) return;
    throw new ApiRefusal(code, body ?? '', { 'retry-after': String(Math.ceil(leftMs / 1000)) });
  }

  clear(): void {
    this.#holds.clear();
  }
}
