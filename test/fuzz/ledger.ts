import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { call, type ServiceProcess } from '../process/service-process.ts';
import { assertLeafPolicy, RESTATED_PROFILES } from '../support/restated-policy/assert-policy.ts';
import { type Asked, assertNamesAsAsked } from './asked-names.ts';
import type { RawAnswer } from './raw-connection.ts';

/** What an answer of 201 has, and so has each granted item of a batch. */
interface Granted {
  readonly serialNumber?: string;
  readonly profile?: string;
  readonly certificate?: string;
  readonly chain?: string;
}

/** When something was asked, and what, where that is known. */
export interface Occasion {
  readonly at: Date;
  readonly asked?: unknown;
}

interface Page {
  readonly items: readonly { readonly serialNumber: string }[];
  readonly nextCursor: string | null;
}

/** Every certificate that was answered, to be compared with those on record. */
export class Ledger {
  readonly #serialNumbers = new Set<string>();

  /** Enters what was on record before. */
  async begin(service: ServiceProcess): Promise<this> {
    for (const { serialNumber } of await recordedBy(service)) this.#serialNumbers.add(serialNumber);
    return this;
  }

  get size(): number {
    return this.#serialNumbers.size;
  }

  /** Enters whatever an answer grants; where it is known what was asked, the names must be those. */
  enter({ status, body }: RawAnswer, occasion: Occasion): void {
    const { asked } = occasion;
    if (status === 201) this.#grant(JSON.parse(body.toString('utf8')) as Granted, occasion);
    if (status !== 200 || !body.includes('"results":[')) return;
    const { results } = JSON.parse(body.toString('utf8')) as {
      readonly results: readonly { readonly status: number; readonly body: Granted }[];
    };
    const { items = [] } = (asked ?? {}) as { readonly items?: readonly unknown[] };
    for (const [index, result] of results.entries()) {
      if (result.status === 201) this.#grant(result.body, { ...occasion, asked: items[index] });
    }
  }

  /** Nothing is on record that nobody was told of, and the other way round. */
  async assertWhole(service: ServiceProcess): Promise<void> {
    const recorded = await recordedBy(service);
    const untold = recorded.filter(({ serialNumber }) => !this.#serialNumbers.has(serialNumber));
    assert.deepEqual(untold, []);
    assert.equal(recorded.length, this.#serialNumbers.size);
  }

  #grant(granted: Granted, { at, asked }: Occasion): void {
    const { certificate, chain = '', serialNumber, profile = '' } = granted;
    // A target is no certificate, and an authority that is signed elsewhere has none yet.
    if (certificate === undefined) return;
    const { raw, serialNumber: own } = new X509Certificate(certificate);
    assert.ok(!this.#serialNumbers.has(own.toLowerCase()));
    this.#serialNumbers.add(own.toLowerCase());
    const restated = RESTATED_PROFILES[profile];
    if (!restated || serialNumber === undefined) return;
    assertLeafPolicy(raw, certificatesIn(chain), { profile: restated, now: secondOf(at) });
    if (asked !== undefined) assertNamesAsAsked(raw, asked as Asked);
  }
}

/** A certificate that is good for a second is so until the end of that second. */
function secondOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1_000) * 1_000);
}

function certificatesIn(pem: string): readonly Uint8Array[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).raw);
}

async function recordedBy(service: ServiceProcess): Promise<Page['items']> {
  const found: Page['items'][number][] = [];
  for (let cursor = ''; ; ) {
    const page = (await call(service, `/v1/certificates?limit=1000${cursor}`)).json<Page>();
    found.push(...page.items);
    if (page.nextCursor === null) return found;
    cursor = `&cursor=${page.nextCursor}`;
  }
}
