import type { TargetRecord } from '../rotation-record.ts';
import type { RotationWindow } from './rotation-window.ts';

/** The record with the window of all targets, where its own declaration has none. */
export function withDefaultWindow(
  record: TargetRecord,
  rotationWindow: RotationWindow | undefined,
): TargetRecord {
  if (rotationWindow === undefined || record.target.rotationWindow) return record;
  return { ...record, target: { ...record.target, rotationWindow } };
}
