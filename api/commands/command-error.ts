/** A command that cannot do its work: what it says is for the person at the terminal, and its exit status is 2. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
