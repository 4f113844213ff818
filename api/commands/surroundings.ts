import type { Screen } from './screen.ts';
import type { AskService } from './service-client.ts';

/** What a command works with. */
export interface CommandDeps {
  readonly ask: AskService;
  readonly screen: Screen;
  readonly now: () => Date;
}

/** What the person at the terminal has said after the command's name. */
export interface Said {
  /** The target that is named, for commands that take one. */
  readonly target: string;
  readonly isJson: boolean;
  readonly force: boolean;
  readonly state: string | undefined;
}

/** 0: all is well; 1: the service did as told, and what it tells is not well. */
export type ExitStatus = 0 | 1;

/** Does its work and tells how it went; what keeps it from that is a `CommandError`. */
export type Command = (deps: CommandDeps, said: Said) => Promise<ExitStatus>;

/** The path of a target of this name. */
export function targetPath(name: string): string {
  return `/v1/rotation/targets/${encodeURIComponent(name)}`;
}

/** An answer as a program wants it. */
export function jsonText(answer: unknown): string {
  return `${JSON.stringify(answer, undefined, 2)}\n`;
}
