import { execFile } from 'node:child_process';

/** How a run of curl went. */
export interface CurlRun {
  /** curl's own exit status: 35 the handshake failed, 56 the connection was cut, 60 not verified. */
  readonly exitStatus: number;
  readonly httpStatus: number;
  readonly redirectUrl: string;
}

/**
 * Runs curl as a user does, with `host` resolved to loopback, so that the URL, the SNI and the
 * check of the name are the real ones.
 */
export function curl(
  { scheme, host, port }: { scheme: 'http' | 'https'; host: string; port: number },
  ...options: readonly string[]
): Promise<CurlRun> {
  const args = [
    ...['--silent', '--show-error', '--output', '/dev/null', '--max-time', '10'],
    ...['--write-out', '%{http_code} %{redirect_url}'],
    ...['--resolve', `${host}:${port}:127.0.0.1`],
    ...options,
    `${scheme}://${host}:${port}/`,
  ];
  return new Promise((resolve) => {
    execFile('curl', args, (error, stdout) => {
      const [httpStatus = '0', redirectUrl = ''] = stdout.trim().split(' ');
      // A curl that is missing or was killed has no number as its code.
      const exitStatus = error === null ? 0 : Number(error.code ?? Number.NaN);
      resolve({ exitStatus, httpStatus: Number(httpStatus), redirectUrl });
    });
  });
}
