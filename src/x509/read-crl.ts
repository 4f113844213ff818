import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { readSubject } from './decode-subject.ts';
import { readAny } from './der-any.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { TAG } from './der-tags.ts';

/** What a CRL says of itself (RFC 5280 §5.1), apart from whom it revokes. */
export interface CrlHead {
  /** DER of the Name. */
  readonly issuerName: Uint8Array;
  readonly thisUpdate: Date;
  /** Absent in those that RFC 5280 §5.1.2.5 does not allow. */
  readonly nextUpdate: Date | undefined;
}

/**
 * Reads whose a CRL is and until when it counts; its signature is not verified.
 *
 * @throws {DerError}
 */
export function readCrlHead(der: Uint8Array): CrlHead {
  return readDer(der, (reader) => {
    const list = reader.sequence();
    const head = readTbsCertList(list.sequence());
    readAlgorithmIdentifier(list);
    list.bitString();
    list.end();
    return head;
  });
}

function readTbsCertList(members: DerReader): CrlHead {
  if (members.isNext(TAG.integer)) members.number();
  readAlgorithmIdentifier(members);
  const start = members.position;
  readSubject(members);
  const issuerName = members.since(start);
  const thisUpdate = members.time();
  const hasEnd = members.isNext(TAG.utcTime) || members.isNext(TAG.generalizedTime);
  const nextUpdate = hasEnd ? members.time() : undefined;
  while (!members.isAtEnd) readAny(members);
  return { issuerName, thisUpdate, nextUpdate };
}
