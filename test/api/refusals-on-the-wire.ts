import assert from 'node:assert/strict';
import type { ApiClient, Reply } from '../support/api-client.ts';
import { placesIn } from './certificates-on-the-wire.ts';

export const MALFORMED = [400, 'request-malformed'] as const;
export const REFUSED = [422, 'request-refused'] as const;
export const NO_CSR = [422, 'certificate-request-invalid'] as const;
/** A way in which a request is refused: the status, and the code of the problem. */
export type Outcome = typeof MALFORMED | typeof REFUSED | typeof NO_CSR;

interface Page {
  readonly items: readonly { readonly sequence: number; readonly action: string }[];
}

/** Asks for what is to be refused, and looks whether it left more behind than a note of the refusal. */
export class Refusals {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Asserts that every place at fault is one of `places`, and each of these at fault. */
  async assertRefused(
    ask: () => Promise<Reply>,
    [status, code]: Outcome,
    places: readonly string[],
  ): Promise<void> {
    const [last] = await this.#list('/v1/audit?limit=1');
    const certificates = await this.#list('/v1/certificates?limit=1000');
    const found = placesIn(await ask(), status, code);
    assert.deepEqual([...new Set(found)], places);
    assert.deepEqual(await this.#list('/v1/certificates?limit=1000'), certificates);
    for (const { sequence, action } of await this.#list('/v1/audit?limit=10')) {
      assert.ok(sequence <= (last?.sequence ?? 0) || action === 'request.refused', action);
    }
  }

  async #list(path: string): Promise<Page['items']> {
    return (await this.#api.get(path)).json<Page>().items;
  }
}
