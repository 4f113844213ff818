import { type ApiCall, apiFailure, statusCodeOf } from './api-failure.ts';

/** For so long an API server that could not be reached is not asked for the next target. */
const OUTAGE_MS = 1_000;

/** Which API servers could not be reached a moment ago: thousands of targets do not each wait for that. */
export class Outages {
  /** By context: what the last question that had no answer came to. */
  readonly #last = new Map<string | undefined, { readonly at: number; readonly error: unknown }>();

  /** Remembers a failure where it means that nobody answered. */
  note({ context }: ApiCall, error: unknown): void {
    if (statusCodeOf(error) !== undefined) return;
    this.#last.set(context, { at: performance.now(), error });
  }

  /** @throws {PkiError} `target-unavailable`, in the words of the call that had no answer */
  assertNone(call: ApiCall): void {
    const { at, error } = this.#last.get(call.context) ?? {};
    if (at === undefined || performance.now() - at > OUTAGE_MS) return;
    throw apiFailure(error, call);
  }
}
