import type { Unlock } from '../../src/bundle/unlocking-turns.ts';

/** Opens what a password protects at once, to its end. */
export const unlockAtOnce: Unlock = (work) => work(new AbortController().signal);
