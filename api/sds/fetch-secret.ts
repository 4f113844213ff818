import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { SdsClient } from '../../src/sds/client.ts';
import type { Finding } from '../../src/sds/find-secret.ts';
import type { SdsMetrics } from './metrics.ts';
import { assertFewNames, assertSecretType, RefusedRequest } from './refused-request.ts';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  encodedSecret,
  SECRET_TYPE,
} from './wire.ts';

interface FetchDeps {
  readonly findSecret: (name: string, uris: readonly string[]) => Promise<Finding>;
  readonly metrics: SdsMetrics;
  readonly logFailure: (error: unknown) => void;
}

interface Fetch {
  readonly call: ServerUnaryCall<DiscoveryRequest, DiscoveryResponse>;
  /** Absent for one whose time is over. */
  readonly client: SdsClient | undefined;
  readonly answer: sendUnaryData<DiscoveryResponse>;
}

/** Answers a request for one secret, once; nothing there and nothing for this client are the same to it. */
export async function fetchSecret(deps: FetchDeps, { call, client, answer }: Fetch): Promise<void> {
  try {
    if (!client) throw new RefusedRequest(status.UNAUTHENTICATED, 'the certificate has expired');
    answer(null, await found(deps, call.request, client));
  } catch (error) {
    if (!(error instanceof RefusedRequest)) deps.logFailure(error);
    const refusal =
      error instanceof RefusedRequest
        ? error
        : new RefusedRequest(status.UNAVAILABLE, 'the secret cannot be had now');
    answer({ code: refusal.code, details: refusal.message });
  }
}

async function found(
  { findSecret, metrics }: FetchDeps,
  request: DiscoveryRequest,
  { uris }: SdsClient,
): Promise<DiscoveryResponse> {
  assertSecretType(request.type_url);
  const names = new Set(request.resource_names);
  assertFewNames(names);
  const [name] = names;
  if (name === undefined || names.size > 1) {
    throw new RefusedRequest(status.INVALID_ARGUMENT, 'ask for exactly one name');
  }
  const { secret, refusal } = await findSecret(name, uris);
  if (refusal !== undefined) metrics.refusals.inc({ of: 'name' });
  if (!secret) throw new RefusedRequest(status.NOT_FOUND, 'there is no such secret for you');
  metrics.pushes.inc({ result: 'sent' });
  const { version: version_info } = secret;
  return { version_info, resources: [encodedSecret(secret)], type_url: SECRET_TYPE, nonce: '' };
}
