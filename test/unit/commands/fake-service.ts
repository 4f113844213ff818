import type { Screen } from '../../../api/commands/screen.ts';
import type { AskService } from '../../../api/commands/service-client.ts';
import type { CommandDeps, Said } from '../../../api/commands/surroundings.ts';

/** A target as the HTTP API answers it; `status` says what a test is about. */
export function targetJson(name: string, status: object = {}) {
  return {
    name,
    destination: { type: 'directory', path: `/tls/${name}` },
    status: {
      ...{ state: 'current', reasons: [], serialNumber: `${name}-1`, lastError: null },
      ...{ notAfter: '2030-02-01T00:00:00Z', nextRotationAt: '2030-01-21T12:00:00Z' },
      ...{ lastRotatedAt: '2030-01-01T00:00:00.250Z', conflict: null },
      ...status,
    },
  };
}

/** What a command said, with nothing behind it but `answers`, by method and path. */
export function fakeService(
  answers: Readonly<Record<string, () => unknown>>,
  screen: Partial<Screen> = {},
) {
  const written: string[] = [];
  const ask: AskService = async ({ method = 'GET', path, answer }) => {
    const found = answers[`${method} ${path}`];
    if (!found) throw new Error(`nobody answers ${method} ${path}`);
    return answer.parse(await found());
  };
  const deps: CommandDeps = {
    ask,
    screen: {
      hasColours: false,
      write: (text) => {
        written.push(text);
      },
      ...screen,
    },
    now: () => new Date('2030-01-02T00:00:00Z'),
  };
  return { deps, written };
}

/** A command line with nothing on it. */
export const PLAIN: Said = { target: '', isJson: false, force: false, state: undefined };
