import type { TargetRecord } from '../rotation-record.ts';
import { placesIn, placeWords } from '../served-place.ts';
import type { ServingProof } from './serving-proof.ts';

/** What was found at the places that a target names now; `undefined` where it names none, or none was looked at yet. */
export function servedStatusOf({ target, proof }: TargetRecord): ServingProof | undefined {
  const declared = placesIn(target.served).map(placeWords);
  if (proof === undefined || declared.length === 0) return undefined;
  const isSame = proof.places.length === declared.length;
  return isSame && proof.places.every(({ place }, at) => place === declared[at])
    ? proof
    : undefined;
}

/**
 * Whether a target's places are proven to serve the certificate that it was given last; `undefined` where it
 * names none. What was proven of the certificate before it counts for nothing.
 */
export function isServedAsWritten(record: TargetRecord): boolean | undefined {
  if (record.target.served === undefined) return undefined;
  const status = servedStatusOf(record);
  const { serialNumber } = record.progress.status;
  return status?.state === 'proven' && status.serialNumber === serialNumber;
}
