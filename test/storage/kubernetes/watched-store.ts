import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { DestinationState } from '../../../src/rotation/destination.ts';
import { SecretStore } from '../../../storage/kubernetes/secret-store.ts';
import type { Place, WatchNotice } from '../../../storage/kubernetes/watch/secret-watches.ts';
import type { FakeObject, FakeObjects } from './fake-objects.ts';
import { QUICK } from './follower.ts';
import { INSTANCE, secretDestination } from './worlds.ts';

export const OURS = { 'certwright.dev/revision': '7', 'certwright.dev/target': 'web' };
export const web = secretDestination();

export function secret(
  name: string,
  annotations: Record<string, string> = OURS,
  content: string | Record<string, string | undefined> = 'x',
): FakeObject {
  const files =
    typeof content === 'string'
      ? { 'tls.crt': `${content}.crt`, 'tls.key': `${content}.key` }
      : content;
  const data = Object.fromEntries(
    Object.entries(files).map(([entry, text = '']) => [entry, base64(text)]),
  );
  return { metadata: { name, annotations }, type: 'kubernetes.io/tls', data };
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A store that watches the destination `web`, in front of an API server that has it. */
export async function watched(t: TestContext, fake: FakeObjects) {
  const notices: WatchNotice[] = [];
  const changes: Place[] = [];
  const recoveries: string[] = [];
  const store = new SecretStore({
    kubeconfigFiles: [fake.kubeconfig],
    timeoutMs: 2_000,
    instance: INSTANCE,
    watches: {
      notice: (notice) => notices.push(notice),
      onChange: (places) => changes.push(...places),
      onRecovery: ({ namespace }) => recoveries.push(namespace),
      timing: { ...QUICK, lookMs: 1_000 },
    },
  });
  t.after(() => store.stop());
  store.follow([web]);
  const present = async () => presentOf(await store.read(web));
  return { store, notices, changes, recoveries, present };
}

export function presentOf(state: DestinationState) {
  assert.equal(state.kind, 'present');
  return state;
}
