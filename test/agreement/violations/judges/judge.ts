import type { AskedPath, PathCase } from '../path-case.ts';

/** Who says whether a path is good. */
export interface Judge<Asked extends AskedPath = PathCase> {
  readonly name: string;
  /** What is wrong with each, in the judge's words; empty for what is accepted. */
  readonly judge: (cases: readonly Asked[], at: Date) => Promise<readonly string[]>;
}

/** The certificates between the leaf and the trusted root. */
export function between({ path, trusted }: AskedPath): readonly Buffer[] {
  return path.slice(1).filter((certificate) => !certificate.equals(trusted));
}
