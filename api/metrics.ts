import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
import { PkiError } from '../src/errors.ts';
import type { RotationOutcome } from '../src/rotation/rotation-record.ts';
import { SdsMetrics } from './sds/metrics.ts';

export interface MetricsDeps {
  readonly authorityExpiries: () => Promise<readonly { name: string; notAfter: Date }[]>;
}

/** What a process has counted, as plain values. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** From a signature in a millisecond to an RSA key in seconds. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus reads; expiry times are looked up when it does, so that they are never stale. */
export class Metrics {
  readonly #registry = new Registry();
  readonly sds = new SdsMetrics(this.#registry);
  readonly #issued: Counter<'profile' | 'result'>;
  readonly #issuance: Histogram<'profile'>;
  readonly #rotations: Counter<'outcome'>;

  constructor(deps: MetricsDeps) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#issued = new Counter({
      name: 'certwright_certificates_issued_total',
      help: 'Certificates asked for, by profile and result: issued, refused or failed.',
      labelNames: ['profile', 'result'],
      registers,
    });
    this.#issuance = new Histogram({
      name: 'certwright_issuance_duration_seconds',
      help: 'Time from a request to its durable certificate, key generation included.',
      labelNames: ['profile'],
      buckets: SECONDS_BUCKETS,
      registers,
    });
    this.#rotations = new Counter({
      name: 'certwright_rotations_total',
      help: 'Passes over a target, by outcome: rotated, current or failed.',
      labelNames: ['outcome'],
      registers,
    });
    this.#addExpiries(deps);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What this process has counted, for another one to sum up. */
  values(): Promise<MetricValues> {
    return this.#registry.getMetricsAsJSON();
  }

  /** What this process and `others` have counted, together. */
  async text(others: readonly MetricValues[] = []): Promise<string> {
    if (others.length === 0) return this.#registry.metrics();
    return AggregatorRegistry.aggregate([await this.values(), ...others]).metrics();
  }

  /** Counts and times one issuance, whatever comes of it. */
  async issuance<T>(profile: string, issue: () => Promise<T>): Promise<T> {
    const end = this.#issuance.startTimer({ profile });
    try {
      const issued = await issue();
      this.#issued.inc({ profile, result: 'issued' });
      return issued;
    } catch (error) {
      this.#issued.inc({ profile, result: error instanceof PkiError ? 'refused' : 'failed' });
      throw error;
    } finally {
      end();
    }
  }

  rotation(outcome: RotationOutcome): void {
    this.#rotations.inc({ outcome });
  }

  #addExpiries({ authorityExpiries }: MetricsDeps): void {
    new Gauge({
      name: 'certwright_authority_expiry_timestamp_seconds',
      help: 'When the certificate of an authority ends, in seconds since 1970.',
      labelNames: ['authority'],
      aggregator: 'first',
      registers: [this.#registry],
      async collect() {
        this.reset();
        for (const { name, notAfter } of await authorityExpiries()) {
          this.set({ authority: name }, notAfter.getTime() / 1000);
        }
      },
    });
  }
}
