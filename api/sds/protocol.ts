import type { Finding } from '../../src/sds/find-secret.ts';
import type { Deliveries, Verdict } from './deliveries.ts';

/** What follows from one request of a stream. */
export interface Received {
  /** Names that are to be looked up now. */
  readonly due: readonly string[];
  /** What the request says of an earlier response. */
  readonly verdict?: Verdict | undefined;
}

/** One of the two ways in which clients ask for secrets; all it knows is its stream, and it does nothing by itself. */
export interface Protocol<Request, Response> {
  readonly deliveries: Deliveries;
  /** @throws {RefusedRequest} where the stream must end */
  readonly receive: (request: Request) => Received;
  /** The response that tells the client what was found under a name; none where there is nothing to tell. */
  readonly answer: (name: string, finding: Finding) => Response | undefined;
}
