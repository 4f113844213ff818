import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { readAny } from './der-any.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { TAG } from './der-tags.ts';

/** `id-pkix-ocsp-basic` (RFC 6960 §4.2.1). */
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
/** A staple speaks of one certificate; responders that batch put a few into one response. */
const MAX_RESPONSES = 64;
const CONTEXT_0 = 0xa0;
const CONTEXT_1 = 0xa1;
const CONTEXT_2 = 0xa2;

/**
 * The serial numbers, in lower-case hexadecimal, of the certificates that an OCSP response speaks of
 * (RFC 6960 §4.2.1); none where it is an error. Its signature is not verified.
 *
 * @throws {DerError}
 */
export function serialNumbersInOcspResponse(der: Uint8Array): readonly string[] {
  return readDer(der, (reader) => {
    const response = reader.sequence();
    response.content(TAG.enumerated);
    if (response.isAtEnd) return [];
    const bytes = response.context(0).sequence();
    response.end();
    if (bytes.oid() !== BASIC_RESPONSE) return [];
    return readDer(bytes.octetString(), readBasicResponse);
  });
}

function readBasicResponse(reader: DerReader): readonly string[] {
  const basic = reader.sequence();
  const serialNumbers = readResponseData(basic.sequence());
  while (!basic.isAtEnd) readAny(basic);
  return serialNumbers;
}

/** Version, responder and time are nobody's affair here. */
function readResponseData(members: DerReader): readonly string[] {
  if (members.isNext(CONTEXT_0)) readAny(members);
  // The ResponderID: by name or by the hash of its key.
  if (members.isNext(CONTEXT_1) || members.isNext(CONTEXT_2)) readAny(members);
  members.content(TAG.generalizedTime);
  const serialNumbers = members.listOf(TAG.sequence, MAX_RESPONSES, readSingleResponse);
  while (!members.isAtEnd) readAny(members);
  return serialNumbers;
}

function readSingleResponse(reader: DerReader): string {
  const response = reader.sequence();
  const certId = response.sequence();
  readAlgorithmIdentifier(certId);
  certId.octetString();
  certId.octetString();
  const serialNumber = Buffer.from(certId.unsigned()).toString('hex');
  certId.end();
  while (!response.isAtEnd) readAny(response);
  return serialNumber;
}
