import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  implicit,
  implicitConstructed,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
} from '../../src/x509/der.ts';
import { encodeName } from '../../src/x509/distinguished-name.ts';
import { ECDSA_WITH_SHA256, SUBJECT_ALT_NAME } from '../../src/x509/oids.ts';
import { encodePem } from '../../src/x509/pem.ts';

/** A CSR, and what a certificate for it must hold. */
export interface Requested {
  readonly csr: string;
  readonly host: string;
  readonly publicKey: KeyObject;
}

/** RFC 2985 §5.4.2. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
/** GeneralName's tag for a dNSName (RFC 5280 §4.2.1.6). */
const DNS_NAME = 2;

/** CSRs as `openssl req` makes them, each with a P-256 key and a name of its own: no cache helps anybody. */
export function newRequests(count: number): readonly Requested[] {
  return Array.from({ length: count }, (_, index) => newRequest(`host-${index}.bench.example.org`));
}

function newRequest(host: string): Requested {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const names = sequence(implicit(DNS_NAME, Buffer.from(host)));
  const extensions = sequence(sequence(oid(SUBJECT_ALT_NAME), octetString(names)));
  const information = sequence(
    integer(0),
    encodeName({ commonName: host }),
    publicKey.export({ type: 'spki', format: 'der' }),
    implicitConstructed(0, sequence(oid(EXTENSION_REQUEST), setOf(extensions))),
  );
  const signature = bitString(sign('sha256', information, privateKey));
  const der = sequence(information, sequence(oid(ECDSA_WITH_SHA256)), signature);
  return { csr: encodePem('CERTIFICATE REQUEST', der), host, publicKey };
}
