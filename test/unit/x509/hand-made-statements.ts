import { createHash } from 'node:crypto';
import * as der from '../../../src/x509/der.ts';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const NOBODY = der.sequence();

/** A CRL that revokes nobody, signed by nobody. */
export function crlOf(
  issuerName: Uint8Array,
  { thisUpdate, nextUpdate }: { readonly thisUpdate: Date; readonly nextUpdate: Date },
): Buffer {
  const algorithm = der.sequence(der.oid(ECDSA_WITH_SHA256));
  const list = der.sequence(
    der.integer(1),
    algorithm,
    Buffer.from(issuerName),
    der.time(thisUpdate),
    der.time(nextUpdate),
  );
  return Buffer.from(der.sequence(list, algorithm, der.bitString(Buffer.alloc(8))));
}

/** An OCSP response about one certificate, signed by nobody. */
export function ocspResponseAbout(serialNumber: string): Buffer {
  const digest = createHash('sha256').update('').digest();
  const certId = der.sequence(
    der.sequence(der.oid(SHA256)),
    der.octetString(digest),
    der.octetString(digest),
    der.integer(Buffer.from(serialNumber, 'hex')),
  );
  const time = generalizedTime(new Date(0));
  const single = der.sequence(certId, tagged(0x80, Buffer.alloc(0)), time);
  const data = der.sequence(der.explicit(1, NOBODY), time, der.sequence(single));
  const algorithm = der.sequence(der.oid(ECDSA_WITH_SHA256));
  const basic = der.sequence(data, algorithm, der.bitString(Buffer.alloc(8)));
  const bytes = der.sequence(der.oid(BASIC_RESPONSE), der.octetString(basic));
  return Buffer.from(der.sequence(tagged(0x0a, Buffer.of(0)), der.explicit(0, bytes)));
}

function generalizedTime(instant: Date): Buffer {
  const text = instant.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text));
}

function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
