import fc from 'fast-check';
import { Dice } from '../agreement/corpus/dice.ts';
import { mutated } from '../agreement/mutations/mutate.ts';

/** A few changes to the values within some DER, or to its octets. */
export const derChange: fc.Arbitrary<(der: Buffer) => Buffer> = fc
  .nat()
  .map((seed) => (der) => mutated(new Dice(seed), der, der));
