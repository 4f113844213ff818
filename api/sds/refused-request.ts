import { status } from '@grpc/grpc-js';
import { SECRET_TYPE } from './wire.ts';

/** Of one stream. Envoy asks for one name on each, and a name is a target's with a short ending. */
const MAX_NAMES = 256;
const MAX_NAME_LENGTH = 256;

/** A request that ends its stream, with the status of gRPC that says why. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A stream of this service needs no type, since it has but one; another one is a mistake.
 *
 * @throws {RefusedRequest}
 */
export function assertSecretType(type: string): void {
  if (type === '' || type === SECRET_TYPE) return;
  throw new RefusedRequest(status.INVALID_ARGUMENT, `only ${SECRET_TYPE} is handed out here`);
}

/** @throws {RefusedRequest} where a client asks for more than one stream may hold */
export function assertFewNames(names: ReadonlySet<string>): void {
  if (names.size > MAX_NAMES) {
    throw new RefusedRequest(
      status.RESOURCE_EXHAUSTED,
      `a stream asks for at most ${MAX_NAMES} names`,
    );
  }
  for (const name of names) {
    if (name.length <= MAX_NAME_LENGTH) continue;
    const message = `a name has at most ${MAX_NAME_LENGTH} characters`;
    throw new RefusedRequest(status.INVALID_ARGUMENT, message);
  }
}
