import { parseArgs } from 'node:util';
import { TARGET_STATES } from '../../src/rotation/target.ts';
import { CommandError } from './command-error.ts';
import { history } from './history.ts';
import { preflight } from './preflight.ts';
import { rollback, rotate, run } from './run.ts';
import type { AccessOptions } from './service-access.ts';
import { status } from './status.ts';
import type { Command, Said } from './surroundings.ts';

/** What a command line asks for; `help` where it asks for that. */
export type CommandLine =
  | 'help'
  | { readonly command: Command; readonly said: Said; readonly access: AccessOptions };

export const HELP = `npm run rotation -- COMMAND [OPTION…]

Asks the running service, by its HTTP API, for the targets that it keeps supplied.

  status              every target, the most urgent first
    --state STATE     only those in this state: ${TARGET_STATES.join(', ')}
  run                 one pass over all targets, with a line for each that is rotated or fails
    --force           those that wait after a failure, too
  rotate TARGET       a new key and certificate for one target, due or not
  rollback TARGET     the certificate before the present one, put back
  history TARGET      what was written, when, why and by whom
  preflight TARGET    what the readers of its destination make of what lies there now

  --json              the service's answer itself
  --url URL           where the service is; as its settings say (PKI_…), or https://localhost:8443
  --token-file FILE   the administrator's token; as the settings say, or data/admin-token
  --ca FILE           the root that the service's certificate leads to; root.pem in the data folder
  --help              this

Exit status: 0 all is well; 1 a target is failing, in conflict, stale or expired, or was not rotated, or is refused by
its readers; 2 the service cannot be asked, or the command is not understood. docs/troubleshooting.md says what to do.
`;

interface CommandForm {
  readonly command: Command;
  readonly takesTarget: boolean;
  /** Beside those that every command takes. */
  readonly options: readonly ('state' | 'force')[];
}

const COMMANDS: ReadonlyMap<string, CommandForm> = new Map([
  ['status', { command: status, takesTarget: false, options: ['state'] }],
  ['run', { command: run, takesTarget: false, options: ['force'] }],
  ['rotate', { command: rotate, takesTarget: true, options: [] }],
  ['rollback', { command: rollback, takesTarget: true, options: [] }],
  ['history', { command: history, takesTarget: true, options: [] }],
  ['preflight', { command: preflight, takesTarget: true, options: [] }],
]);

const OPTIONS = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
  ca: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  state: { type: 'string' },
  force: { type: 'boolean' },
} as const;

/** @throws {CommandError} for what is not understood; nothing is guessed */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const [name, ...rest] = positionals;
  if (values.help) return 'help';
  if (name === undefined) throw new CommandError('say what to do: see --help');
  const form = COMMANDS.get(name);
  if (form === undefined) throw new CommandError(`there is no command "${name}": see --help`);
  for (const option of ['state', 'force'] as const) {
    if (values[option] === undefined || form.options.includes(option)) continue;
    throw new CommandError(`"${name}" takes no --${option}: see --help`);
  }
  const { state, force = false, json, url, ca } = values;
  if (state !== undefined && !TARGET_STATES.some((known) => known === state)) {
    throw new CommandError(`--state is one of ${TARGET_STATES.join(', ')}`);
  }
  const said = { target: targetIn(name, form, rest), isJson: json, force, state };
  return { command: form.command, said, access: { url, ca, 'token-file': values['token-file'] } };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const [words = 'the options are not understood'] = String((error as Error).message).split('. ');
    throw new CommandError(`${words}: see --help`);
  }
}

function targetIn(name: string, { takesTarget }: CommandForm, rest: readonly string[]): string {
  const [target = '', ...others] = rest;
  if (takesTarget && target === '') throw new CommandError(`"${name}" takes a target: see --help`);
  const [surplus] = takesTarget ? others : rest;
  if (surplus === undefined) return target;
  throw new CommandError(`"${surplus}" is one too many for "${name}": see --help`);
}
