import { generateKeyPairSync, sign } from 'node:crypto';
import * as der from '../../../src/x509/der.ts';
import { ECDSA_WITH_SHA256, EXTENSION_REQUEST, SUBJECT_ALT_NAME } from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';

/** The key that signs those that have none of their own. */
export const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** The parts of a CSR, as DER; what is absent is empty or as an honest requester has it. */
export interface RequestParts {
  readonly subject?: Buffer;
  /** GeneralNames for one subjectAltName. */
  readonly names?: readonly Buffer[];
  readonly extensions?: readonly Buffer[];
  readonly attributes?: readonly Buffer[];
  readonly subjectPublicKeyInfo?: Buffer;
  readonly own?: typeof keys;
}

/** A CSR that no tool would make, with a signature that holds. */
export function handMadeRequest(parts: RequestParts): string {
  return encodePem('CERTIFICATE REQUEST', handMadeRequestDer(parts));
}

export function handMadeRequestDer({ names, extensions = [], ...parts }: RequestParts): Buffer {
  const all = names ? [subjectAltName(...names), ...extensions] : extensions;
  const requested = all.length > 0 ? [extensionRequest(...all)] : [];
  const { publicKey, privateKey } = parts.own ?? keys;
  const attributes = [...requested, ...(parts.attributes ?? [])].toSorted(Buffer.compare);
  const information = der.sequence(
    der.integer(0),
    parts.subject ?? der.sequence(),
    parts.subjectPublicKeyInfo ?? publicKey.export({ type: 'spki', format: 'der' }),
    der.implicitConstructed(0, ...attributes),
  );
  const signature = sign('sha256', information, privateKey);
  const algorithm = der.sequence(der.oid(ECDSA_WITH_SHA256));
  return der.sequence(information, algorithm, der.bitString(signature));
}

export function extensionRequest(...extensions: readonly Buffer[]): Buffer {
  return attribute(EXTENSION_REQUEST, der.sequence(...extensions));
}

export function attribute(type: string, ...values: readonly Buffer[]): Buffer {
  return der.sequence(der.oid(type), der.setOf(...values));
}

export function subjectAltName(...names: readonly Buffer[]): Buffer {
  return der.sequence(der.oid(SUBJECT_ALT_NAME), der.octetString(der.sequence(...names)));
}

/** A Name of one attribute in each RDN. */
export function nameOf(...attributes: readonly (readonly [type: string, value: Buffer])[]): Buffer {
  return der.sequence(
    ...attributes.map(([type, value]) => der.setOf(der.sequence(der.oid(type), value))),
  );
}

/** GeneralNames (RFC 5280 §4.2.1.6). */
export const generalName = {
  email: (text: string) => der.implicit(1, Buffer.from(text)),
  dns: (text: string) => der.implicit(2, Buffer.from(text)),
  directory: (name: Buffer) => der.explicit(4, name),
  uri: (text: string) => der.implicit(6, Buffer.from(text)),
  ip: (octets: Uint8Array) => der.implicit(7, octets),
  other: (type: string, value: Buffer) =>
    der.implicitConstructed(0, der.oid(type), der.explicit(0, value)),
} as const;

/** SEQUENCEs within SEQUENCEs. */
export function nested(depth: number): Buffer {
  let octets: Buffer = der.sequence();
  for (let level = 1; level < depth; level += 1) octets = der.sequence(octets);
  return octets;
}
