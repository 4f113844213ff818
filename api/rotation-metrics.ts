import { type ClockOffset, likelySeconds } from '../src/rotation/clock-offset.ts';
import { destinationWords } from '../src/rotation/destination-words.ts';
import { isServedAsWritten } from '../src/rotation/proof/served-status.ts';
import { statusAt, type TargetRecord } from '../src/rotation/rotation-record.ts';
import { TARGET_STATES, type TargetStatus } from '../src/rotation/target.ts';
import { type Family, familyText, labelsText, type Put } from './exposition.ts';

export interface RotationMetricsDeps {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly now: () => Date;
  /** By how much our clock is ahead of each cluster's, by context; absent: there is no cluster. */
  readonly clockOffsets?: (() => ReadonlyMap<string, ClockOffset>) | undefined;
}

/** A target with its status at the time of the scrape. */
interface Standing {
  readonly record: TargetRecord;
  readonly status: TargetStatus;
  /** Written once for all its samples. */
  readonly labels: string;
}

type Tell = (standing: Standing, put: Put) => void;

/**
 * How the targets stand, read from the records when Prometheus asks: one query for all of them. Only the first
 * process tells it, since all would say the same. It is written as text at once, because the samples of ten thousand
 * targets are new at every scrape, and a registry would have to take in each of them first.
 */
export class RotationMetrics {
  readonly #deps: RotationMetricsDeps;
  #lastPassAt: Date | undefined;

  constructor(deps: RotationMetricsDeps) {
    this.#deps = deps;
  }

  /** A pass of the schedule has come to its end, whatever it found. */
  readonly passEnded = (): void => {
    this.#lastPassAt = this.#deps.now();
  };

  readonly text = async (): Promise<string> => {
    const now = this.#deps.now();
    const standings = (await this.#deps.listTargets()).map((record) => ({
      record,
      status: statusAt(record.progress, now),
      labels: labelsText({ target: record.target.name }),
    }));
    const families = FAMILIES.map(({ tell, ...family }) =>
      familyText(family, (put) => {
        for (const standing of standings) tell(standing, put);
      }),
    );
    const offsets = this.#deps.clockOffsets?.() ?? new Map();
    return lastPassText(this.#lastPassAt) + clockOffsetsText(offsets) + families.join('');
  };
}

function lastPassText(at: Date | undefined): string {
  const family = {
    name: 'certwright_rotation_last_pass_timestamp_seconds',
    help: 'When the last pass of the schedule over all targets ended, in seconds since 1970; 0 before the first.',
  };
  return familyText(family, (put) => put('', at === undefined ? 0 : at.getTime() / 1_000));
}

function clockOffsetsText(offsets: ReadonlyMap<string, ClockOffset>): string {
  const family = {
    name: 'certwright_clock_offset_seconds',
    help: 'How far the clock of this service is ahead of that of an API server, to about a second; negative: behind.',
  };
  return familyText(family, (put) => {
    for (const [context, offset] of offsets) put(labelsText({ context }), likelySeconds(offset));
  });
}

function instant(member: 'notAfter' | 'nextRotationAt' | 'lastRotatedAt'): Tell {
  return ({ status, labels }, put) => {
    const at = status[member];
    if (at !== null) put(labels, at.getTime() / 1_000);
  };
}

const STATE_LABELS = TARGET_STATES.map((state) => [state, labelsText({ state })] as const);

const FAMILIES: readonly (Family & { readonly tell: Tell })[] = [
  {
    name: 'certwright_target_info',
    help: 'Always 1: what a target is, by its labels.',
    tell: ({ record: { target }, labels }, put) => {
      const { authority, profile } = target;
      const destination = destinationWords(target.destination);
      put(`${labels},${labelsText({ destination, authority, profile })}`, 1);
    },
  },
  {
    name: 'certwright_target_state',
    help: 'Of each state of a target: 1 for the one that it is in, 0 for the others.',
    tell: ({ status, labels }, put) => {
      for (const [state, text] of STATE_LABELS)
        put(`${labels},${text}`, Number(status.state === state));
    },
  },
  {
    name: 'certwright_target_expiry_timestamp_seconds',
    help: 'When the certificate of a target ends, in seconds since 1970.',
    tell: instant('notAfter'),
  },
  {
    name: 'certwright_target_next_rotation_timestamp_seconds',
    help: 'When the certificate of a target is to be replaced, in seconds since 1970.',
    tell: instant('nextRotationAt'),
  },
  {
    name: 'certwright_target_last_rotation_timestamp_seconds',
    help: 'When the certificate of a target was written, in seconds since 1970.',
    tell: instant('lastRotatedAt'),
  },
  {
    name: 'certwright_target_failures',
    help: 'Passes over a target in a row that failed; 0 once one succeeds.',
    tell: ({ record, labels }, put) => put(labels, record.progress.failures),
  },
  {
    name: 'certwright_target_served_matches',
    help: 'Whether the places of a target are proven to serve the certificate written last: 1, or else 0.',
    tell: ({ record, labels }, put) => {
      const isServed = isServedAsWritten(record);
      if (isServed !== undefined) put(labels, Number(isServed));
    },
  },
  {
    name: 'certwright_target_overwrites',
    help: 'How often in a row somebody else has undone our write of a target; 0 once they have let go.',
    tell: ({ record, labels }, put) => put(labels, record.progress.fight?.overwrites ?? 0),
  },
];
