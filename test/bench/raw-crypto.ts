import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Contender } from './comparison.ts';

/**
 * The mark that no authority can pass: a thread for each core that verifies a signature and makes
 * another, over and over, with keys that are imported already.
 */
export function rawCrypto(): Contender {
  return {
    prove: () => Promise.resolve(),
    work: async (seconds) => {
      const threads = Array.from({ length: availableParallelism() }, () => pairsPerSecond(seconds));
      const rates = await Promise.all(threads);
      return { perSecond: rates.reduce((sum, rate) => sum + rate, 0) };
    },
  };
}

async function pairsPerSecond(seconds: number): Promise<number> {
  const thread = new Worker(new URL('raw-crypto-thread.ts', import.meta.url), {
    workerData: { seconds },
  });
  const [rate] = (await once(thread, 'message')) as [number];
  await thread.terminate();
  return rate;
}
