import type { TestContext } from 'node:test';
import { Clusters } from '../../../storage/kubernetes/clusters.ts';
import {
  type FollowFailure,
  type FollowTiming,
  followObjects,
} from '../../../storage/kubernetes/watch/follow-objects.ts';
import { until } from '../../e2e/rig/until.ts';
import type { FakeObject, FakeObjects, Fault } from './fake-objects.ts';

/** Fast enough for a test to await what follows from a failure. */
export const QUICK: FollowTiming = {
  firstRetryMs: 20,
  lastRetryMs: 200,
  refusedRetryMs: 300,
  watchSeconds: 30,
  marginMs: 1_000,
  listMs: 5_000,
  lookMs: 20,
};

/** What a follower has heard, by name, and how. */
export async function follower(
  t: TestContext,
  fake: FakeObjects,
  timing: Partial<FollowTiming> = {},
) {
  const clusters = new Clusters({ kubeconfigFiles: [fake.kubeconfig] }, 5_000);
  const seen = new Map<string, string | undefined>();
  const heard: string[] = [];
  const failures: FollowFailure[] = [];
  let live = 0;
  type Kept = FakeObject['metadata'];
  const { stop } = followObjects<Kept>({
    ask: (question) => clusters.ask(undefined, question),
    untilChanged: () => clusters.untilChanged(),
    path: '/api/v1/things',
    trim: (object) => (object as FakeObject).metadata,
    timing: { ...QUICK, ...timing },
    onListing: () => undefined,
    onList: (all) => {
      seen.clear();
      for (const { name, resourceVersion } of all) seen.set(name, resourceVersion);
      heard.push('list');
    },
    onChange: ({ name, resourceVersion }) => {
      seen.set(name, resourceVersion);
      heard.push(name);
    },
    onGone: ({ name }) => {
      seen.delete(name);
      heard.push(`-${name}`);
    },
    onLive: () => {
      live += 1;
    },
    onFailure: (failure) => failures.push(failure),
  });
  t.after(stop);
  const untilLive = (times = 1) => until('the watch is open', () => live >= times);
  const untilSeen = (...names: string[]) =>
    until(`it has ${names}`, () => [...seen.keys()].sort().join() === names.join());
  return { seen, heard, failures, stop, untilLive, untilSeen };
}

/** An object with nothing but a name. */
export function thing(name: string): FakeObject {
  return { metadata: { name } };
}

/** Answers so many requests of a kind with `fault`, and all others as usual. */
export function failing(
  fake: FakeObjects,
  kind: 'list' | 'watch',
  times: number,
  fault: Fault,
): void {
  let left = times;
  fake.fault = (asked) => {
    if (asked.kind !== kind || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}
