import type { Load } from './load.ts';

/** The two ways to ask for a certificate that are compared. */
export const LOAD_KINDS = ['csr', 'newKey'] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];

/** A running certificate authority that takes part in the comparison. */
export interface Contender {
  readonly name: string;
  readonly loads: Readonly<Record<LoadKind, Load>>;
  readonly stop: () => Promise<void>;
}

/** The one name that everybody certifies, over and over. */
export const HOST = 'www.example.org';
