import type { ClockOffset } from '../../src/rotation/clock-offset.ts';

/** `Date` has no fractions of a second (RFC 9110 §5.6.7). */
const GRANULARITY_MS = 1_000;

/**
 * The clocks of API servers, as their answers tell them (`Date`, RFC 9110 §6.6.1). Between answers each goes on by a clock
 * of this machine that nobody sets, so that it is seen at once when the one that is set jumps.
 */
export class ServerClocks {
  /** By context: the server's time when our ticker was at 0, in milliseconds since 1970. */
  readonly #zeros = new Map<string | undefined, { readonly from: number; readonly to: number }>();

  /** Notes what an answer says to a request that was sent at `sentAtMs` of our ticker: it was written since. */
  note(context: string | undefined, date: string | undefined, sentAtMs: number): void {
    const time = Date.parse(date ?? '');
    if (Number.isNaN(time)) return;
    const from = time - performance.now();
    this.#zeros.set(context, { from, to: time + GRANULARITY_MS - sentAtMs });
  }

  /** By how much our clock is ahead of that of a context; `undefined` where nothing is known of it. */
  offsetOf(context: string | undefined): ClockOffset | undefined {
    const zero = this.#zeros.get(context);
    if (!zero) return undefined;
    const ourZero = Date.now() - performance.now();
    return { leastMs: ourZero - zero.to, mostMs: ourZero - zero.from };
  }

  /** The contexts whose clocks are known. */
  get contexts(): readonly (string | undefined)[] {
    return [...this.#zeros.keys()];
  }

  clear(): void {
    this.#zeros.clear();
  }
}
