import assert from 'node:assert/strict';
import { isIPv4, SocketAddress } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  DNS,
  EMAIL,
  extensionId,
  factsOf,
  type GeneralName,
  generalNamesIn,
  IP,
  URI,
} from '../support/restated-policy/facts.ts';
import { membersOf } from '../unit/x509/der-members.ts';

/** What a request for a certificate says about names; a body of JSON may hold anything else beside them. */
export interface Asked {
  readonly csr?: string | undefined;
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly emailAddresses?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
}

/** An empty SEQUENCE, in the place of what is not there. */
const NOTHING = Buffer.of(0x30, 0);
const HOST = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#:]*)/;
/** The OBJECT IDENTIFIER of extensionRequest (RFC 2985 §5.4.2) as DER, in hexadecimal. */
const EXTENSION_REQUEST = '06092a864886f70d01090e';

/** Asserts that a certificate has the names that were asked for, all of them and no other. */
export function assertNamesAsAsked(der: Uint8Array, asked: Asked): void {
  const inRequest = asked.csr === undefined ? [] : namesInRequest(derIn(asked.csr));
  const wanted = inRequest.length > 0 ? inRequest.map(written) : namesInBody(asked);
  const names = factsOf(der).names.map(written);
  assert.deepEqual(names.toSorted(), [...new Set(wanted)].toSorted());
}

function namesInBody(asked: Asked): readonly string[] {
  const { dnsNames = [], ipAddresses = [], emailAddresses = [], uris = [] } = asked;
  return [
    ...dnsNames.map((text) => writtenText(DNS, text)),
    ...ipAddresses.map((text) => writtenText(IP, text)),
    ...emailAddresses.map((text) => writtenText(EMAIL, text)),
    ...uris.map((text) => writtenText(URI, text)),
  ];
}

/** The subjectAltName that a CSR asks for, found by the tests' own reader (RFC 2986 §4.1). */
function namesInRequest(der: Buffer): readonly GeneralName[] {
  const [information = NOTHING] = membersOf(der);
  const attributes = membersOf(information).find((member) => member[0] === 0xa0) ?? NOTHING;
  const extensions = membersOf(attributes).flatMap((attribute) => {
    const [type = NOTHING, values = NOTHING] = membersOf(attribute);
    return type.toString('hex') === EXTENSION_REQUEST ? membersOf(values).flatMap(membersOf) : [];
  });
  const values = extensions.flatMap((extension) => {
    const [id = NOTHING, ...rest] = membersOf(extension);
    return id.toString('hex') === extensionId(17) ? rest.slice(-1) : [];
  });
  // An OCTET STRING is read like what holds values, of which there is one.
  return values.flatMap((value) => generalNamesIn(membersOf(value)[0]));
}

function derIn(pem: string): Buffer {
  const [, base64 = ''] = /-----BEGIN [A-Z ]+-----([^-]+)-----END/.exec(pem) ?? [];
  return Buffer.from(base64, 'base64');
}

function written({ tag, content }: GeneralName): string {
  if (tag !== IP) return writtenText(tag, content.toString('latin1'));
  const groups = content.length === 4 ? [...content] : pairsIn(content);
  return writtenText(IP, groups.join(content.length === 4 ? '.' : ':'));
}

function pairsIn(content: Buffer): readonly string[] {
  return Array.from({ length: 8 }, (_, at) => content.readUInt16BE(2 * at).toString(16));
}

/** Equal for names that mean the same: hosts are the only parts that may be written in several ways. */
function writtenText(tag: number, text: string): string {
  return `${tag.toString(16)} ${WAYS[tag]?.(text) ?? text}`;
}

const WAYS: Readonly<Record<number, (text: string) => string>> = {
  [DNS]: hostAs,
  [EMAIL]: (text) => text.replace(/[^@]*$/, hostAs),
  [URI]: (text) =>
    text
      .replace(/^[^:]+/, (scheme) => scheme.toLowerCase())
      .replace(HOST, (_, before: string, host: string) => before + hostAs(host)),
  [IP]: (text) =>
    new SocketAddress({ address: text, family: isIPv4(text) ? 'ipv4' : 'ipv6' }).address,
};

function hostAs(host: string): string {
  return host.startsWith('*.')
    ? `*.${hostAs(host.slice(2))}`
    : domainToASCII(host) || host.toLowerCase();
}
