import assert from 'node:assert/strict';
import { newHome, type ServiceProcess, started } from './service-process.ts';

const PATIENCE_MS = 30_000;

/** The process ids of the workers that have said that they are ready, in that order. */
export function readyWorkers(service: ServiceProcess): readonly number[] {
  const lines = service.output.split('\n').filter((line) => line.includes('"worker ready"'));
  return lines.map((line) => (JSON.parse(line) as { worker: number }).worker);
}

/** Until `condition` holds; a service that never comes so far fails the test. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A service all of whose workers are ready. */
export async function startedWith(workers: number, home = newHome()): Promise<ServiceProcess> {
  const service = await started(home, { PKI_WORKERS: String(workers) });
  if (workers > 1) await until(() => readyWorkers(service).length >= workers);
  return service;
}
