import {
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { hasEnded } from '../../src/has-ended.ts';
import type { RotationTarget } from '../../src/rotation/target.ts';
import type { SdsClient } from '../../src/sds/client.ts';
import type { Finding } from '../../src/sds/find-secret.ts';
import { isForSds, mayRead } from '../../src/sds/resource.ts';
import { clientWords } from './client-words.ts';
import { Deliveries, type Verdict } from './deliveries.ts';
import { DeltaProtocol } from './delta-protocol.ts';
import { fetchSecret } from './fetch-secret.ts';
import type { SdsMetrics } from './metrics.ts';
import { type OpenStream, SecretStream, type StreamWatch } from './secret-stream.ts';
import { SotwProtocol } from './sotw-protocol.ts';
import { type SdsStatus, Subscriptions } from './subscriptions.ts';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
  DiscoveryRequest,
  DiscoveryResponse,
} from './wire.ts';

export interface SecretServiceDeps {
  readonly now: () => Date;
  readonly findSecret: (name: string, uris: readonly string[]) => Promise<Finding>;
  readonly metrics: SdsMetrics;
  /** Keeps what a client has not taken, once for each version and client. */
  readonly recordRejection: (rejection: Rejection) => Promise<void>;
  readonly log: SdsLog;
}

/** A secret that a client did not take. */
export interface Rejection {
  readonly resource: string;
  readonly version: string;
  readonly uri: string;
  readonly node: string | null;
  readonly address: string;
  /** The client's own words. */
  readonly error: string;
}

/** What the log hears. */
export interface SdsLog {
  readonly info: (line: object, message: string) => void;
  readonly warn: (line: object, message: string) => void;
  readonly error: (line: object, message: string) => void;
}

/** Of all clients together; a stream costs about 30 KB. */
const MAX_STREAMS = 10_000;
/** Of one client certificate, which many Envoys may share: no client alone takes all of them. */
const MAX_STREAMS_OF_ONE = 2_500;
/** What is remembered so that the journal hears of each rejection once. */
const MAX_REJECTIONS = 10_000;

/**
 * Hands secrets out over gRPC to whoever may read them, and knows who has what. `clientOf` tells who is at
 * the other end of a call's connection.
 */
export class SecretService {
  readonly #deps: SecretServiceDeps;
  readonly #subscriptions = new Subscriptions();
  readonly #rejections = new Set<string>();
  /** By the serial number of the client's certificate. */
  readonly #streamsOf = new Map<string, number>();

  constructor(deps: SecretServiceDeps) {
    this.#deps = deps;
  }

  /** The calls, as a gRPC server takes them. */
  handlersFor(
    clientOf: (
      call: Pick<ServerDuplexStream<object, object>, 'getAuthContext'>,
    ) => SdsClient | undefined,
  ): UntypedServiceImplementation {
    const admitted = (
      call: ServerDuplexStream<object, object> | ServerUnaryCall<object, object>,
    ) => {
      const client = clientOf(call);
      return client && !hasEnded(client, this.#deps.now()) ? client : undefined;
    };
    const logFailure = (err: unknown) => this.#deps.log.error({ err }, 'a secret cannot be read');
    return {
      StreamSecrets: (call: ServerDuplexStream<DiscoveryRequest, DiscoveryResponse>) =>
        this.#open(call, admitted(call), new SotwProtocol(this.#deliveries())),
      DeltaSecrets: (call: ServerDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>) =>
        this.#open(call, admitted(call), new DeltaProtocol(this.#deliveries())),
      FetchSecrets: (
        call: ServerUnaryCall<DiscoveryRequest, DiscoveryResponse>,
        answer: sendUnaryData<DiscoveryResponse>,
      ) =>
        void fetchSecret({ ...this.#deps, logFailure }, { call, client: admitted(call), answer }),
    };
  }

  /** Sends everybody who asks for it what has changed about a target. */
  readonly targetChanged = (target: string): void => {
    for (const { stream, name } of this.#subscriptions.of(target)) stream.refresh(name);
  };

  /** Who has what of a target; only those who may read it now are shown. */
  statusOf({ name, destination }: RotationTarget): SdsStatus {
    const admittingUri = ({ client }: OpenStream) =>
      client.uris.find((uri) => isForSds(destination) && mayRead(destination, [uri]));
    return this.#subscriptions.statusOf(name, admittingUri);
  }

  /** Ends the streams of a client whose time is over. */
  endStreamsOf(client: SdsClient): void {
    for (const stream of [...this.#subscriptions.streams]) {
      if (stream.client === client)
        stream.end(status.UNAUTHENTICATED, 'the certificate has expired');
    }
  }

  /** Ends all streams; Envoy keeps what it has and comes again. */
  endAll(): void {
    for (const stream of [...this.#subscriptions.streams]) {
      stream.end(status.UNAVAILABLE, 'the service is stopping');
    }
  }

  #deliveries(): Deliveries {
    return new Deliveries(this.#deps.now, clientWords);
  }

  #open<Request extends { readonly node: { readonly id: string } | null }, Response>(
    call: ServerDuplexStream<Request, Response>,
    client: SdsClient | undefined,
    protocol: SotwProtocol | DeltaProtocol,
  ): void {
    // The compiler cannot follow which of the two protocols belongs to the call.
    const typed = protocol as unknown as ConstructorParameters<
      typeof SecretStream<Request, Response>
    >[1]['protocol'];
    if (!client) {
      call.emit('error', { code: status.UNAUTHENTICATED, details: 'the certificate has expired' });
      return;
    }
    const ofClient = this.#streamsOf.get(client.serialNumber) ?? 0;
    if (this.#subscriptions.count >= MAX_STREAMS || ofClient >= MAX_STREAMS_OF_ONE) {
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many streams are open' });
      return;
    }
    const label = { protocol: protocol instanceof SotwProtocol ? 'sotw' : 'delta' };
    this.#deps.metrics.streams.inc(label);
    this.#count(client, 1);
    const watch = this.#watch(() => {
      this.#count(client, -1);
      this.#deps.metrics.streams.dec(label);
    });
    const find = (name: string, { uris }: SdsClient) => this.#deps.findSecret(name, uris);
    const stream = new SecretStream(call, { client, protocol: typed }, { find, watch });
    this.#subscriptions.follow(stream);
  }

  #count({ serialNumber }: SdsClient, change: 1 | -1): void {
    const streams = (this.#streamsOf.get(serialNumber) ?? 0) + change;
    if (streams > 0) this.#streamsOf.set(serialNumber, streams);
    else this.#streamsOf.delete(serialNumber);
  }

  #watch(onEnd: () => void): StreamWatch {
    const { metrics, log } = this.#deps;
    return {
      namesChanged: (stream) => this.#subscriptions.follow(stream),
      sent: () => metrics.pushes.inc({ result: 'sent' }),
      judged: (stream, verdict) => this.#judged(stream, verdict),
      refused: (stream, resource, reason) => {
        metrics.refusals.inc({ of: 'name' });
        log.info({ ...whoIs(stream), resource, reason }, 'a secret was not handed out');
      },
      failed: (stream, err) => log.error({ ...whoIs(stream), err }, 'a secret cannot be read'),
      ended: (stream) => {
        this.#subscriptions.forget(stream);
        onEnd();
      },
    };
  }

  #judged(stream: OpenStream, { name: resource, version, error }: Verdict): void {
    const { metrics, log, recordRejection } = this.#deps;
    metrics.pushes.inc({ result: error === undefined ? 'acknowledged' : 'rejected' });
    if (error === undefined) return;
    const rejection = { resource, version, ...whoIs(stream), error };
    log.warn(rejection, 'Envoy did not take a secret');
    const id = JSON.stringify([resource, version, rejection.uri]);
    if (this.#rejections.has(id)) return;
    this.#rejections.add(id);
    const [oldest] = this.#rejections;
    if (this.#rejections.size > MAX_REJECTIONS && oldest) this.#rejections.delete(oldest);
    recordRejection(rejection).catch((err: unknown) =>
      log.error({ ...rejection, err }, 'a rejection could not be recorded'),
    );
  }
}

function whoIs({ client, node, peer: address }: OpenStream) {
  const [uri = ''] = client.uris;
  return { uri, node: node || null, address };
}
