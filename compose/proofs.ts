import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ProofDeps, ProofReport } from '../src/rotation/proof/prove-target.ts';
import { ServingProofs } from '../src/rotation/proof/serving-proofs.ts';
import type { FirstSurroundings, Parts } from './surroundings.ts';

/** Joins what proves that targets are served; it looks at those that it is told of. */
export function composeProofs(
  { now, destinations, places, log }: FirstSurroundings,
  { stores, rollBack }: Pick<Parts, 'stores'> & Pick<ProofDeps, 'rollBack'>,
): ServingProofs {
  const { find: findTarget, recordProof } = stores.targets;
  return new ServingProofs({
    now,
    findTarget,
    destinations,
    sightingsAt: places.sightingsAt,
    recordProof,
    report: (report) => logProof(log, report),
    rollBack,
    pause,
    reportFailure: (err) => log.error({ err }, 'a proof could not be made or recorded'),
  });
}

/** The process may end meanwhile. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal, ref: false });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const DONE = {
  proven: 'the certificate is served',
  stale: 'another certificate than the one written is served',
  unreachable: 'what is served cannot be seen',
  touched: 'touched the destination, since its certificate is not served yet',
  rolledBack: 'rolled back, since the new certificate is not served',
} as const;
const FAILED = {
  ...DONE,
  touched: 'could not touch the destination',
  rolledBack: 'could not roll back',
} as const;

function logProof(log: Logger, { target, event, proof, cause }: ProofReport): void {
  const { serialNumber, since, places } = proof;
  const line = { target, serialNumber, served: proof.state, since };
  if (event === 'proven') {
    log.info(line, DONE[event]);
    return;
  }
  const faults = places.filter(({ state }) => state !== 'proven');
  const words = cause === undefined ? DONE[event] : FAILED[event];
  log.warn({ ...line, places: faults, err: cause }, words);
}
