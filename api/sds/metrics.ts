import { Counter, Gauge, type Registry } from 'prom-client';

/** What handing out secrets counts. */
export class SdsMetrics {
  readonly streams: Gauge<'protocol'>;
  readonly pushes: Counter<'result'>;
  readonly refusals: Counter<'of'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.streams = new Gauge({
      name: 'certwright_sds_streams',
      help: 'Streams that are open for secrets, by protocol: sotw or delta.',
      labelNames: ['protocol'],
      registers,
    });
    this.pushes = new Counter({
      name: 'certwright_sds_pushes_total',
      help: 'Secrets sent to Envoys, by result: sent, and then acknowledged or rejected.',
      labelNames: ['result'],
      registers,
    });
    this.refusals = new Counter({
      name: 'certwright_sds_refusals_total',
      help: 'Who got nothing by SDS: a client without a certificate that counts, or a name that is not for it.',
      labelNames: ['of'],
      registers,
    });
  }
}
