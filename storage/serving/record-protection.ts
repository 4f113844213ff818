import { createDecipheriv, createHmac } from 'node:crypto';

interface Suite {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly hash: 'sha256' | 'sha384';
  readonly keyOctets: 16 | 32;
}

/** The suites of RFC 8446 §B.4 that OpenSSL offers by default. */
const SUITES: ReadonlyMap<number, Suite> = new Map([
  [0x1301, { cipher: 'aes-128-gcm', hash: 'sha256', keyOctets: 16 }],
  [0x1302, { cipher: 'aes-256-gcm', hash: 'sha384', keyOctets: 32 }],
  [0x1303, { cipher: 'chacha20-poly1305', hash: 'sha256', keyOctets: 32 }],
]);
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/** Opens the records that one side has protected under one traffic secret, in their order (RFC 8446 §5.2). */
export class RecordProtection {
  readonly #suite: Suite;
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #sequence = 0;

  private constructor(suite: Suite, secret: Buffer) {
    this.#suite = suite;
    this.#key = expandLabel(suite, secret, { label: 'key', octets: suite.keyOctets });
    this.#iv = expandLabel(suite, secret, { label: 'iv', octets: NONCE_OCTETS });
  }

  /** `undefined` for a cipher suite that this service does not offer. */
  static of(cipherSuite: number, secret: Buffer): RecordProtection | undefined {
    const suite = SUITES.get(cipherSuite);
    return suite && new RecordProtection(suite, secret);
  }

  /** The content and its true type; `undefined` where the record is not under this secret. */
  open(header: Buffer, payload: Buffer): { type: number; content: Buffer } | undefined {
    if (payload.length <= TAG_OCTETS) return undefined;
    const nonce = Buffer.from(this.#iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence) >>> 0, 8);
    this.#sequence += 1;
    const options = { authTagLength: TAG_OCTETS };
    const cipher = this.#suite.cipher as 'aes-128-gcm';
    const decipher = createDecipheriv(cipher, this.#key, nonce, options);
    decipher.setAAD(header);
    decipher.setAuthTag(payload.subarray(-TAG_OCTETS));
    try {
      const plain = Buffer.concat([
        decipher.update(payload.subarray(0, -TAG_OCTETS)),
        decipher.final(),
      ]);
      const typeAt = plain.findLastIndex((octet) => octet !== 0);
      const type = plain[typeAt];
      return type === undefined ? undefined : { type, content: plain.subarray(0, typeAt) };
    } catch {
      // Another secret is in force by now, or somebody has changed the octets on their way.
      return undefined;
    }
  }
}

/** HKDF-Expand-Label with an empty context (RFC 8446 §7.1); no output here is longer than one hash. */
function expandLabel(
  { hash }: Suite,
  secret: Buffer,
  { label, octets }: { readonly label: string; readonly octets: number },
): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const length = Buffer.from([octets >> 8, octets & 0xff, name.length]);
  const hkdfLabel = Buffer.concat([length, name, Buffer.from([0, 1])]);
  return createHmac(hash, secret).update(hkdfLabel).digest().subarray(0, octets);
}
