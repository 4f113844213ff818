import { destinationWords } from '../src/rotation/destination-words.ts';
import { isServedAsWritten } from '../src/rotation/proof/served-status.ts';
import { statusAt, type TargetRecord } from '../src/rotation/rotation-record.ts';
import { TARGET_STATES, type TargetStatus } from '../src/rotation/target.ts';
import { type Family, familiesText, type Labels, type Sample } from './exposition.ts';

export interface RotationMetricsDeps {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly now: () => Date;
}

/** A target with its status at the time of the scrape. */
interface Standing {
  readonly record: TargetRecord;
  readonly status: TargetStatus;
  readonly labels: Labels;
}

type SamplesOf = (standing: Standing) => readonly Sample[];

/**
 * How the targets stand, read from the records when Prometheus asks: one query for all of them. Only the first
 * process tells it, since all would say the same.
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
      labels: { target: record.target.name },
    }));
    return familiesText([lastPass(this.#lastPassAt), ...FAMILIES.map(ofAll(standings))]);
  };
}

function lastPass(at: Date | undefined): Family {
  return {
    name: 'certwright_rotation_last_pass_timestamp_seconds',
    help: 'When the last pass of the schedule over all targets ended, in seconds since 1970; 0 before the first.',
    samples: [{ labels: {}, value: at === undefined ? 0 : at.getTime() / 1000 }],
  };
}

function ofAll(standings: readonly Standing[]) {
  return ({ name, help, samplesOf }: (typeof FAMILIES)[number]): Family => ({
    name,
    help,
    samples: standings.flatMap(samplesOf),
  });
}

function instant(member: 'notAfter' | 'nextRotationAt' | 'lastRotatedAt'): SamplesOf {
  return ({ status, labels }) => {
    const at = status[member];
    return at === null ? [] : [{ labels, value: at.getTime() / 1000 }];
  };
}

const FAMILIES: readonly (Omit<Family, 'samples'> & { readonly samplesOf: SamplesOf })[] = [
  {
    name: 'certwright_target_info',
    help: 'Always 1: what a target is, by its labels.',
    samplesOf: ({ record: { target }, labels }) => {
      const { authority, profile } = target;
      const destination = destinationWords(target.destination);
      return [{ labels: { ...labels, destination, authority, profile }, value: 1 }];
    },
  },
  {
    name: 'certwright_target_state',
    help: 'Of each state of a target: 1 for the one that it is in, 0 for the others.',
    samplesOf: ({ status, labels }) =>
      TARGET_STATES.map((state) => ({
        labels: { ...labels, state },
        value: Number(status.state === state),
      })),
  },
  {
    name: 'certwright_target_expiry_timestamp_seconds',
    help: 'When the certificate of a target ends, in seconds since 1970.',
    samplesOf: instant('notAfter'),
  },
  {
    name: 'certwright_target_next_rotation_timestamp_seconds',
    help: 'When the certificate of a target is to be replaced, in seconds since 1970.',
    samplesOf: instant('nextRotationAt'),
  },
  {
    name: 'certwright_target_last_rotation_timestamp_seconds',
    help: 'When the certificate of a target was written, in seconds since 1970.',
    samplesOf: instant('lastRotatedAt'),
  },
  {
    name: 'certwright_target_failures',
    help: 'Passes over a target in a row that failed; 0 once one succeeds.',
    samplesOf: ({ record, labels }) => [{ labels, value: record.progress.failures }],
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
    samplesOf: ({ record, labels }) => [{ labels, value: record.progress.fight?.overwrites ?? 0 }],
  },
];
