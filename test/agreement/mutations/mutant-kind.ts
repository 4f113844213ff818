import type { Dice } from '../corpus/dice.ts';

/** One kind of file, as somebody would send it who changes what we wrote. */
export interface MutantKind {
  /** As the C program calls it, and the folder of the corpus. */
  readonly name: 'certificate' | 'request' | 'pfx';
  /** What the C program is told besides. */
  readonly argument?: string;
  /** A changed file. */
  readonly mutant: (dice: Dice) => Buffer | Promise<Buffer>;
  /** Our reader; it throws what it refuses, and tells how many iterations the file has asked it for. */
  readonly read: (octets: Buffer, asked: (iterations: number) => void) => unknown;
  /** Why it refused; `undefined` for an error that is not its own. */
  readonly reasonOf: (error: unknown) => string | undefined;
  /** What OpenSSL finds fault with and we take. */
  readonly accepted: readonly ExplainedAcceptance[];
}

export interface ExplainedAcceptance {
  readonly why: string;
  /** A file of the corpus that shows it, so that the explanation is needed at every run. */
  readonly example: string;
  /** Of OpenSSL's faults, in the words of the C program. */
  readonly isFault: (fault: string) => boolean;
}

/** The kinds of extensions that are read here, by OpenSSL's names. */
const READ_EXTENSIONS = [
  'X509v3 Basic Constraints',
  'X509v3 Key Usage',
  'X509v3 Extended Key Usage',
  'X509v3 Subject Key Identifier',
  'X509v3 Authority Key Identifier',
  'X509v3 Subject Alternative Name',
  'X509v3 Name Constraints',
  'X509v3 CRL Distribution Points',
  'Authority Information Access',
];

/** Common to certificates and requests. */
export const OTHER_EXTENSIONS: ExplainedAcceptance = {
  why: 'an extension of a kind that is not read here is nothing but octets, and refused where it is critical',
  example: 'an-extension-that-is-not-read.der',
  isFault: (fault) => fault.startsWith('extension ') && !READ_EXTENSIONS.includes(fault.slice(10)),
};
