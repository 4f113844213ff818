import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';

/** How to reach the running service, and as whom. */
export interface ServiceAccess {
  readonly url: URL;
  readonly token: string;
  /** PEM of the root that the service's certificate leads to; absent: what Node trusts by itself. */
  readonly ca?: string;
}

/** What the person at the terminal has said about it. */
export interface AccessOptions {
  readonly url?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly ca?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * What the options say and, where they are silent, the settings of the service: on its own machine, or in its own pod,
 * nothing need be said.
 *
 * @throws {CommandError} where a file cannot be read, or the token would travel in plain text
 */
export function serviceAccess(options: AccessOptions, environment: Environment): ServiceAccess {
  const dataFolder = environment['PKI_DATA_DIR'] ?? './data';
  const url = parsedUrl(options.url ?? urlOf(environment));
  const tokenFile =
    options['token-file'] ?? environment['PKI_ADMIN_TOKEN_FILE'] ?? join(dataFolder, 'admin-token');
  const token = textOf(tokenFile, '--token-file').trim();
  // A header takes nothing else, and Node's complaint about it would show the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CommandError(`${tokenFile} holds no token`);
  if (url.protocol === 'http:') return { url, token };
  const ca =
    options.ca === undefined
      ? textIfThere(join(dataFolder, 'root.pem'))
      : textOf(options.ca, '--ca');
  return { url, token, ...(ca === undefined ? {} : { ca }) };
}

/** Where the service with these settings listens, as seen from its own machine. */
function urlOf(environment: Environment): string {
  const [, port = '0'] = /:(\d+)$/.exec(environment['PKI_MANAGEMENT_LISTEN'] ?? ':8443') ?? [];
  if (port === '0') throw new CommandError('PKI_MANAGEMENT_LISTEN tells no port; say it by --url');
  if (environment['PKI_TLS'] === 'off') return `http://127.0.0.1:${port}`;
  const names = (environment['PKI_TLS_NAMES'] ?? 'localhost').split(',').map((name) => name.trim());
  const [first = 'localhost'] = names;
  const host = names.includes('localhost') ? 'localhost' : first;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function parsedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw new CommandError(`${text} is not an address such as https://localhost:8443`);
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new CommandError(`${url.origin} is not https: the token would be read on the way`);
  }
  return url;
}

function textOf(file: string, option: string): string {
  const text = textIfThere(file);
  if (text !== undefined) return text;
  throw new CommandError(`${file} is not there; name the file by ${option}`);
}

function textIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    throw new CommandError(`${file} cannot be read: ${code}`);
  }
}
