import type { ErrorDetail } from './wire.ts';

/** How one client stands with one secret. */
export interface Delivery {
  /** What it was sent last, or has said that it holds; null: nothing yet. */
  readonly version: string | null;
  readonly state: 'waiting' | 'sent' | 'acknowledged' | 'rejected';
  /** Since when that is so. */
  readonly at: Date;
  /** Of a rejected one: the client's own words. */
  readonly error?: string;
}

/** What a client says of the response to which it refers. */
export interface Verdict {
  readonly name: string;
  readonly version: string;
  /** The client's own words; absent: it has taken the response. */
  readonly error?: string;
}

interface Entry extends Delivery {
  /** Of the last response about it; empty where there was none. */
  readonly nonce: string;
}

/** Names that are asked for no more, and of which the client did not want what there is. */
const MAX_REMEMBERED = 256;

/** What one stream was sent, name by name, and what its client has said of it. */
export class Deliveries {
  readonly #now: () => Date;
  readonly #wordsOf: (error: ErrorDetail) => string;
  readonly #entries = new Map<string, Entry>();
  readonly #rejected = new Map<string, string>();
  #responses = 0;

  constructor(now: () => Date, wordsOf: (error: ErrorDetail) => string) {
    this.#now = now;
    this.#wordsOf = wordsOf;
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#entries.keys());
  }

  get(name: string): Delivery | undefined {
    return this.#entries.get(name);
  }

  /** The client asks for `name`, and whatever it was sent before counts no longer, unless it did not want it. */
  begin(name: string): void {
    const before = this.#entries.get(name);
    if (before?.state === 'rejected') return;
    const version = this.#rejected.get(name);
    if (version === undefined) this.#note(name, { version: null, state: 'waiting', nonce: '' });
    else this.#note(name, { version, state: 'rejected', nonce: '' });
  }

  /** The client says that it holds `version` from a former stream. */
  claim(name: string, version: string): void {
    this.#note(name, { version, state: 'acknowledged', nonce: '' });
  }

  /** Whether the client is to be sent `version`: it is asked for and is not what was sent last. */
  isNews(name: string, version: string): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && entry.version !== version;
  }

  /** Notes what is sent now, and gives the nonce of its response. */
  send(name: string, version: string | null): string {
    this.#responses += 1;
    const nonce = String(this.#responses);
    this.#rejected.delete(name);
    this.#note(name, { version, state: version === null ? 'waiting' : 'sent', nonce });
    return nonce;
  }

  /** Whether `nonce` is that of the last response about something, or of the very last one. */
  isCurrent(nonce: string): boolean {
    if (nonce === String(this.#responses)) return true;
    return [...this.#entries.values()].some((entry) => entry.nonce === nonce);
  }

  /** What the client says of the response with `nonce`; nothing where a later one has taken its place. */
  judge(nonce: string, error: ErrorDetail | null): Verdict | undefined {
    const found = [...this.#entries].find(([, entry]) => entry.nonce === nonce && nonce !== '');
    const [name, entry] = found ?? [];
    if (name === undefined || entry?.state !== 'sent' || entry.version === null) return undefined;
    const { version } = entry;
    if (error === null) {
      this.#note(name, { version, state: 'acknowledged', nonce });
      return { name, version };
    }
    const words = this.#wordsOf(error);
    this.#note(name, { version, state: 'rejected', nonce, error: words });
    return { name, version, error: words };
  }

  /** The client asks for `name` no more. */
  end(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry?.state !== 'rejected' || entry.version === null) return;
    this.#rejected.set(name, entry.version);
    const [oldest] = this.#rejected.keys();
    if (this.#rejected.size > MAX_REMEMBERED && oldest !== undefined) this.#rejected.delete(oldest);
  }

  #note(name: string, entry: Omit<Entry, 'at'>): void {
    this.#entries.set(name, { ...entry, at: this.#now() });
  }
}
