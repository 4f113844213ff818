import { Deliveries } from '../../../api/sds/deliveries.ts';
import type { Finding, Secret } from '../../../src/sds/find-secret.ts';

/** What is found under `name` in a version. */
export function found(name: string, version: string): Finding & { readonly secret: Secret } {
  const content = { kind: 'pair', chain: `chain ${version}`, privateKey: 'key' } as const;
  return { secret: { name, target: name, version, content } };
}

export const NOTHING_YET: Finding = { secret: undefined };
export const REMOVED: Finding = { secret: undefined, isAbsent: true };
export const UNKNOWN: Finding = { secret: undefined, refusal: 'no such target' };
export const FORBIDDEN: Finding = { secret: undefined, refusal: 'not one of its readers' };

export function newDeliveries(): Deliveries {
  return new Deliveries(
    () => new Date(0),
    ({ message }) => message,
  );
}
