import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate.ts';
import { PkiError } from '../errors.ts';

/** All replicas of a large service may start at once, each with a certificate of its own for the same names. */
const AT_ONCE = 1_000;
const INTERVAL_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/**
 * Keeps certificates from renewing and re-keying themselves without end: 1,000 times at once, and once a second
 * from then on. All of one authority, profile, subject and list of names are counted together, since what follows from a
 * certificate has these in common, and so are attempts that fail.
 */
export class SelfRenewals {
  readonly #ticks: () => number;
  /** By what stays the same of a certificate: the tick at which nothing of its allowance will be used any more. */
  readonly #restoredAt = new Map<string, number>();

  /** `ticks` are milliseconds of a clock that nobody sets. */
  constructor(ticks: () => number) {
    this.#ticks = ticks;
  }

  /** @throws {PkiError} `renewed-too-often` */
  admit(certificate: Certificate): void {
    const identity = identityOf(certificate);
    const instant = this.#ticks();
    const restoredAt = Math.max(this.#restoredAt.get(identity) ?? 0, instant) + INTERVAL_MS;
    if (restoredAt - instant > AT_ONCE * INTERVAL_MS) {
      const message = `certificates for these names renew themselves ${AT_ONCE} times at once, and then once a second`;
      throw new PkiError('renewed-too-often', message);
    }
    // The one that was used last stands last.
    this.#restoredAt.delete(identity);
    this.#restoredAt.set(identity, restoredAt);
    this.#forget(instant);
  }

  /** What is restored need not be remembered; of more than can be, those that have waited longest are let go. */
  #forget(instant: number): void {
    for (const [identity, restoredAt] of this.#restoredAt) {
      if (restoredAt > instant && this.#restoredAt.size <= MAX_REMEMBERED) return;
      this.#restoredAt.delete(identity);
    }
  }
}

/** What stays the same from a certificate to what it renews itself to, whatever its key. */
function identityOf(certificate: Certificate): string {
  const { authority, profile, subject, dnsNames, ipAddresses, emailAddresses, uris } = certificate;
  const names = [dnsNames, ipAddresses, emailAddresses, uris];
  const text = JSON.stringify([authority, profile, subject, names]);
  return createHash('sha256').update(text).digest('base64');
}
