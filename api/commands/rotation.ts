import { inspect } from 'node:util';
import { CommandError } from './command-error.ts';
import { HELP, parseCommandLine } from './command-line.ts';
import type { Screen } from './screen.ts';
import { serviceAccess } from './service-access.ts';
import { serviceClient } from './service-client.ts';

process.stdout.on('error', endWithReader);
process.exitCode = await rotation(process.argv.slice(2));

/** Does what the command line says, and gives the exit status. */
async function rotation(args: readonly string[]): Promise<number> {
  try {
    const line = parseCommandLine(args);
    if (line === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    const ask = serviceClient(serviceAccess(line.access, process.env));
    return await line.command({ ask, screen: screen(), now: () => new Date() }, line.said);
  } catch (error) {
    const words = error instanceof CommandError ? error.message : inspect(error);
    process.stderr.write(`rotation: ${words}\n`);
    return 2;
  }
}

/** The terminal, or whatever stands in its place. NO_COLOR: no-color.org. */
function screen(): Screen {
  const { isTTY, columns } = process.stdout;
  const isPlain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return {
    write: (text) => process.stdout.write(text),
    width: isTTY ? columns : undefined,
    hasColours: Boolean(isTTY) && !isPlain,
  };
}

/** `status | head` has read enough: that is no fault. */
function endWithReader(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
