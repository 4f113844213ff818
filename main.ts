import type { Logger } from 'pino';
import { openLog } from './compose/log.ts';
import { SettingsError } from './config/settings-error.ts';
import { readSettings, type Settings, shortPath } from './config.ts';
import { type Running, start } from './start.ts';
import { SecretFileError } from './storage/keys/startup-secrets.ts';

/** Signals closer together than this come from one and the same keystroke. */
const SAME_SIGNAL_MS = 1_000;

await run();

/** Starts the service and lets it run until a signal; a start that fails says why and ends with 1. */
async function run(): Promise<void> {
  let log: Logger | undefined;
  try {
    const settings = readSettings(process.env);
    log = openLog(settings.logLevel);
    const running = await start(settings, log);
    announce(settings, running, log);
    stopOnSignal(running, log);
  } catch (error) {
    const isOperatorsAffair = error instanceof SettingsError || error instanceof SecretFileError;
    if (isOperatorsAffair) process.stderr.write(`certwright: ${error.message}\n`);
    else if (log) log.fatal({ err: error }, 'the start failed');
    else throw error;
    process.exitCode = 1;
    process.exit();
  }
}

/** Says where everything is and what to try: a line of the log and, at a terminal, a note for its reader. */
function announce(settings: Settings, running: Running, log: Logger): void {
  const { management, distribution, sds } = running;
  const adminTokenFile = shortPath(settings.adminTokenFile);
  const rootFile = running.rootFile === undefined ? 'none yet' : shortPath(running.rootFile);
  const [port = ''] = /\d+$/.exec(management) ?? [];
  const [host = 'localhost'] = [...settings.tlsNames.dnsNames, ...settings.tlsNames.ipAddresses];
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const trusted = settings.isTlsOn
    ? `--cacert ${rootFile} https://${shownHost}:${port}`
    : management;
  const curl = `curl --oauth2-bearer $(cat ${adminTokenFile}) ${trusted}/v1/authorities`;
  log.info(
    { management, distribution, ...(sds === undefined ? {} : { sds }), adminTokenFile, rootFile },
    `ready: management ${management}, distribution ${distribution}; ` +
      `administrator's token: ${adminTokenFile}, root certificate: ${rootFile}; try: ${curl}`,
  );
  if (!process.stderr.isTTY) return;
  process.stderr.write(
    `\nCertwright is ready: ${management}\n` +
      `  administrator's token  ${adminTokenFile}\n` +
      `  root certificate       ${rootFile}\n` +
      `  try                    ${curl}\n\n`,
  );
}

/**
 * The first SIGTERM or SIGINT lets requests in flight finish; a later one does not wait.
 *
 * Ctrl-C on `npm start` comes twice at once, from the terminal and from npm: that is still the first.
 */
function stopOnSignal({ stop }: Running, log: Logger): void {
  let stoppingSince: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const time = performance.now();
    if (stoppingSince !== undefined) {
      if (time - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = time;
    log.info({ signal }, 'stopping');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
