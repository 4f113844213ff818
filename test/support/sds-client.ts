import {
  type Client,
  type ClientDuplexStream,
  credentials,
  makeClientConstructor,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  type DiscoveryRequest,
  type DiscoveryResponse,
  SECRET_TYPE,
  secretDiscovery,
} from '../../api/sds/wire.ts';

/** What a client shows and trusts, as PEM; without a certificate it shows none. */
export interface SdsCredentials {
  readonly root: string;
  readonly certificate?: string;
  readonly privateKey?: string;
}

interface Calls {
  StreamSecrets(): ClientDuplexStream<Partial<DiscoveryRequest>, DiscoveryResponse>;
  DeltaSecrets(): ClientDuplexStream<Partial<DeltaDiscoveryRequest>, DeltaDiscoveryResponse>;
  FetchSecrets(
    request: Partial<DiscoveryRequest>,
    callback: (error: ServiceError | null, response?: DiscoveryResponse) => void,
  ): unknown;
}

const SecretDiscoveryClient = makeClientConstructor(secretDiscovery, 'SecretDiscoveryService');

/** A stream with its responses in order, for one who asks for them one by one. */
class TestStream<Request, Response> {
  readonly #call: ClientDuplexStream<Request, Response>;
  readonly #responses: Response[] = [];
  /** How the stream has ended. */
  readonly ended: Promise<StatusObject>;
  #wake: () => void = () => undefined;

  constructor(call: ClientDuplexStream<Request, Response>) {
    this.#call = call;
    call.on('data', (response: Response) => {
      this.#responses.push(response);
      this.#wake();
    });
    call.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      call.on('status', resolve);
    });
  }

  send(request: Request): void {
    this.#call.write(request);
  }

  /** The next response; fails where the stream ends instead. */
  async next(): Promise<Response> {
    for (;;) {
      const response = this.#responses.shift();
      if (response !== undefined) return response;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const ending = await Promise.race([woken, this.ended]);
      if (!ending || this.unread > 0) continue;
      throw new Error(`the stream has ended with ${ending.code}: ${ending.details}`);
    }
  }

  /** Responses that have come and that nobody has asked for. */
  get unread(): number {
    return this.#responses.length;
  }

  /** Reads nothing until {@link resume}: what comes then waits on its way. */
  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  cancel(): void {
    this.#call.cancel();
  }
}

/** A client of the secret discovery service at a port on loopback. */
export class SdsTestClient {
  readonly #client: Client & Calls;

  constructor(port: number, { root, certificate, privateKey }: SdsCredentials) {
    const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
    const secure = credentials.createSsl(pem(root), pem(privateKey), pem(certificate));
    // Each client has connections of its own, as each Envoy has.
    const options = { 'grpc.use_local_subchannel_pool': 1 };
    this.#client = new SecretDiscoveryClient(
      `localhost:${port}`,
      secure,
      options,
    ) as unknown as Client & Calls;
  }

  stream() {
    return new TestStream(this.#client.StreamSecrets());
  }

  delta() {
    return new TestStream(this.#client.DeltaSecrets());
  }

  /** A stream that has asked for `names`. */
  ask(...names: readonly string[]) {
    const stream = this.stream();
    stream.send({ resource_names: names, type_url: SECRET_TYPE, node: { id: 'n', cluster: 'c' } });
    return stream;
  }

  /** The response, or the status of the refusal. */
  fetch(request: Partial<DiscoveryRequest>): Promise<DiscoveryResponse | number> {
    return new Promise((resolve) => {
      this.#client.FetchSecrets(request, (error, response) =>
        resolve(error || !response ? (error?.code ?? -1) : response),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
