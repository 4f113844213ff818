import { type Finding, factsOf } from '../preflight/rule.ts';
import { deliveryFindings } from './delivery.ts';
import { expectationOf } from './expectation.ts';
import type { TargetRotationDeps } from './rotate-target.ts';
import type { TargetRecord } from './rotation-record.ts';

/** What the readers of a target's destination make of what lies there now. */
export interface TargetPreflight {
  readonly target: string;
  /** Of the certificate in place; null where there is none that can be read. */
  readonly serialNumber: string | null;
  /** Refused where any finding is an error, which is what would stop a write. */
  readonly verdict: 'accepted' | 'refused';
  readonly findings: readonly Finding[];
}

/**
 * Judges what is at a target's destination now by the rules by which a write is judged, and writes nothing.
 *
 * @throws {PkiError} `target-unavailable` where the destination does not answer, `authority-unknown` and
 *   `request-refused` where the target's authority or profile is gone
 */
export async function targetPreflight(
  deps: Pick<TargetRotationDeps, 'now' | 'pathOf' | 'leafProfileOf' | 'destinations'>,
  { target, progress }: TargetRecord,
): Promise<TargetPreflight> {
  const expected = await expectationOf(deps, target);
  const found = await deps.destinations.read(target.destination);
  const files = found.kind === 'present' ? found.files : {};
  const clockOffset = deps.destinations.clockOffset?.(target.destination);
  const terms = { expected, found, held: progress.held, now: deps.now(), clockOffset };
  const { findings, serialNumber } = deliveryFindings(files, terms);
  const isRefused = findings.some(({ rule }) => rule.severity === 'error');
  return {
    target: target.name,
    serialNumber: serialNumber ?? null,
    verdict: isRefused ? 'refused' : 'accepted',
    findings: findings.map(({ rule, detail }) => ({ rule: factsOf(rule), detail })),
  };
}
