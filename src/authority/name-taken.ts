import { PkiError } from '../errors.ts';

/** A refusal for the sake of what another authority has already; `pointer` is that to the member at fault. */
export function nameTaken(detail: string, pointer = '/name'): PkiError {
  return new PkiError('name-taken', detail, { violations: [{ pointer, detail }] });
}

/** The words where it is the name itself. */
export function isThereAlready(name: string): string {
  return `there is an authority "${name}" already`;
}
