import { RecordProtection } from './record-protection.ts';

/** ContentType of RFC 8446 §5.1. */
const CONTENT = { changeCipherSpec: 20, handshake: 22, applicationData: 23 } as const;
/** HandshakeType of RFC 8446 §4. */
const MESSAGE = { serverHello: 2, certificate: 11 } as const;
const RECORD_HEADER_OCTETS = 5;
const MESSAGE_HEADER_OCTETS = 4;

/** The `random` of a ServerHello that is a HelloRetryRequest: SHA-256 of that word (RFC 8446 §4.1.3). */
const HELLO_RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';
const SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

interface TlsRecord {
  readonly type: number;
  readonly header: Buffer;
  readonly payload: Buffer;
}

interface HandshakeMessage {
  readonly type: number;
  readonly body: Buffer;
  readonly isProtected: boolean;
}

/**
 * The certificates that a server has sent, as DER, in the order sent and with nothing left out; `undefined`
 * where its Certificate message is not among these octets, or not whole.
 *
 * Node's own API sorts the chain by issuer and drops what it finds no place for, and shows nothing at all
 * where a handshake by TLS 1.2 ends for want of a client certificate. So the octets themselves are read: in
 * TLS 1.2 the message is in the clear (RFC 5246 §7.4.2), in TLS 1.3 it is under the server's handshake
 * traffic secret, which the client knows (RFC 8446 §7.1).
 */
export function certificatesSent(
  flight: Buffer,
  serverSecret: Buffer | undefined,
): readonly Buffer[] | undefined {
  for (const { type, body, isProtected } of messagesIn(flight, serverSecret)) {
    if (type !== MESSAGE.certificate) continue;
    try {
      return isProtected ? protectedEntries(new Octets(body)) : entries(new Octets(body));
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
  return undefined;
}

function* messagesIn(
  flight: Buffer,
  serverSecret: Buffer | undefined,
): Generator<HandshakeMessage> {
  let protection: RecordProtection | undefined;
  let pending: Buffer = Buffer.alloc(0);
  for (const record of recordsIn(flight)) {
    const content = contentOf(record, protection);
    if (content === undefined) return;
    const { messages, rest } = split(Buffer.concat([pending, content]));
    pending = rest;
    for (const message of messages) {
      yield { ...message, isProtected: protection !== undefined };
      protection ??= protectionAfter(message, serverSecret);
    }
  }
}

function* recordsIn(flight: Buffer): Generator<TlsRecord> {
  for (let at = 0; at + RECORD_HEADER_OCTETS <= flight.length; ) {
    const header = flight.subarray(at, at + RECORD_HEADER_OCTETS);
    const end = at + RECORD_HEADER_OCTETS + header.readUInt16BE(3);
    if (end > flight.length) return;
    yield { type: header.readUInt8(0), header, payload: flight.subarray(at + header.length, end) };
    at = end;
  }
}

/** What a record holds of handshake messages; `undefined` for an alert, and for what cannot be opened. */
function contentOf(
  { type, header, payload }: TlsRecord,
  protection: RecordProtection | undefined,
): Buffer | undefined {
  if (type === CONTENT.changeCipherSpec) return Buffer.alloc(0);
  if (type === CONTENT.handshake) return protection ? undefined : payload;
  const inner = type === CONTENT.applicationData ? protection?.open(header, payload) : undefined;
  return inner?.type === CONTENT.handshake ? inner.content : undefined;
}

/** The whole messages at the beginning of a handshake stream, and what is left of it (RFC 8446 §4). */
function split(octets: Buffer) {
  const messages: { readonly type: number; readonly body: Buffer }[] = [];
  let rest = octets;
  while (rest.length >= MESSAGE_HEADER_OCTETS) {
    const end = MESSAGE_HEADER_OCTETS + rest.readUIntBE(1, 3);
    if (end > rest.length) break;
    messages.push({ type: rest.readUInt8(0), body: rest.subarray(MESSAGE_HEADER_OCTETS, end) });
    rest = rest.subarray(end);
  }
  return { messages, rest };
}

/** From the ServerHello of TLS 1.3 on, everything is protected. */
function protectionAfter(
  { type, body }: Pick<HandshakeMessage, 'type' | 'body'>,
  serverSecret: Buffer | undefined,
): RecordProtection | undefined {
  const suite = type === MESSAGE.serverHello ? tls13SuiteOf(body) : undefined;
  if (suite === undefined || serverSecret === undefined) return undefined;
  return RecordProtection.of(suite, serverSecret);
}

/** The cipher suite of a ServerHello that settles on TLS 1.3 (RFC 8446 §4.1.3). */
function tls13SuiteOf(body: Buffer): number | undefined {
  try {
    const hello = new Octets(body);
    hello.take(2);
    const random = hello.take(32).toString('hex');
    hello.vector(1);
    const suite = hello.take(2).readUInt16BE(0);
    hello.take(1);
    const extensions = new Octets(hello.vector(2));
    while (!extensions.isAtEnd) {
      const type = extensions.take(2).readUInt16BE(0);
      const value = extensions.vector(2);
      if (type !== SUPPORTED_VERSIONS || value.readUInt16BE(0) !== TLS_1_3) continue;
      return random === HELLO_RETRY_RANDOM ? undefined : suite;
    }
    return undefined;
  } catch (error) {
    // A ServerHello of TLS 1.2 may end before its extensions (RFC 5246 §7.4.1.3).
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** RFC 5246 §7.4.2. */
function entries(message: Octets): readonly Buffer[] {
  const list = new Octets(message.vector(3));
  const found: Buffer[] = [];
  while (!list.isAtEnd) found.push(list.vector(3));
  return found;
}

/** RFC 8446 §4.4.2: a context before the list, and extensions behind each certificate. */
function protectedEntries(message: Octets): readonly Buffer[] {
  message.vector(1);
  const list = new Octets(message.vector(3));
  const found: Buffer[] = [];
  while (!list.isAtEnd) {
    found.push(list.vector(3));
    list.vector(2);
  }
  return found;
}

/** Reads on from where it was left; past the end it throws a `RangeError`. */
class Octets {
  #rest: Buffer;

  constructor(octets: Buffer) {
    this.#rest = octets;
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  take(count: number): Buffer {
    if (count > this.#rest.length) throw new RangeError('the octets end too soon');
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  /** A vector whose length stands before it in so many octets (RFC 8446 §3.4). */
  vector(lengthOctets: 1 | 2 | 3): Buffer {
    return this.take(this.take(lengthOctets).readUIntBE(0, lengthOctets));
  }
}
