import type { AuditEntry } from '../../../../src/audit/entry.ts';
import { PkiError } from '../../../../src/errors.ts';
import type { DestinationState, DestinationTouch } from '../../../../src/rotation/destination.ts';
import type { ProofDeps, ProofReport } from '../../../../src/rotation/proof/prove-target.ts';
import type { ServingProof } from '../../../../src/rotation/proof/serving-proof.ts';
import type { Sighting } from '../../../../src/rotation/proof/sighting.ts';
import {
  NEW_TARGET,
  NO_REVISION,
  type TargetRecord,
} from '../../../../src/rotation/rotation-record.ts';
import type { ServedPlace } from '../../../../src/rotation/served-place.ts';
import type { RotationTarget } from '../../../../src/rotation/target.ts';
import { pemOf, type TestCertificate, testCertificate } from '../../../support/chains.ts';
import { TestClock, testTarget } from '../../../support/rotation.ts';

/** Where every target of these tests is served. */
const PLACE: ServedPlace = { host: 'shop.example.org', port: 443, via: 'tcp' };

/** Destinations and servers in memory: what is written, and what is served, are one certificate each. */
export class ProofWorld implements ProofDeps {
  readonly clock = new TestClock();
  readonly now = this.clock.now;
  readonly records = new Map<string, TargetRecord>();
  readonly states = new Map<string, DestinationState>();
  readonly served = new Map<string, TestCertificate | string>();
  readonly touches: DestinationTouch[] = [];
  readonly reports: ProofReport[] = [];
  readonly audit: AuditEntry[] = [];
  readonly asked: (string | undefined)[][] = [];
  looks = 0;
  /** Runs in the middle of every look. */
  duringLook: () => Promise<unknown> | unknown = () => undefined;
  /** Throws where touching is to fail. */
  beforeTouch: () => unknown = () => undefined;
  rollBack: ProofDeps['rollBack'] = async () => [];

  declare(changes: Partial<Omit<RotationTarget, 'destination'>> = {}): void {
    const target = testTarget({ served: [PLACE], ...changes });
    const revision = NO_REVISION;
    const record = { target, isDeclaredInFile: false, progress: NEW_TARGET, revision };
    this.records.set(target.name, record);
  }

  /** Puts a certificate in the target's destination, as a pass does. */
  write(name: string, revision: number, changes: Partial<DestinationState> = {}): TestCertificate {
    const leaf = testCertificate({ commonName: `${name} ${revision}` });
    const files = { 'tls.crt': pemOf([leaf]) };
    const writer = { target: name, isThisService: true };
    const state = { kind: 'present', isAsWritten: true, files, revision, writer } as const;
    const version = `version ${revision}`;
    this.states.set(name, { ...state, version, ...changes } as DestinationState);
    return leaf;
  }

  serve(name: string, what: TestCertificate | string): void {
    this.served.set(name, what);
  }

  proof(name = 'shop'): ServingProof | undefined {
    return this.records.get(name)?.proof;
  }

  readonly findTarget = async (name: string) => this.records.get(name);

  readonly destinations: ProofDeps['destinations'] = {
    read: async (destination) => {
      const name = destination.type === 'directory' ? destination.path.split('/').at(-1) : '';
      const state = this.states.get(name ?? '');
      if (state) return state;
      throw new PkiError('target-unavailable', 'the cluster does not answer');
    },
    touch: async (_, touch) => {
      await this.beforeTouch();
      this.touches.push(touch);
      return true;
    },
  };

  readonly sightingsAt: ProofDeps['sightingsAt'] = async (place, names, signal) => {
    this.looks += 1;
    this.asked.push([...names]);
    await this.duringLook();
    signal.throwIfAborted();
    const [name = ''] = 'host' in place ? place.host.split('.') : [];
    return [this.#sightingOf(name)];
  };

  readonly recordProof: ProofDeps['recordProof'] = async (name, proof, entries) => {
    const record = this.records.get(name);
    if (record) this.records.set(name, { ...record, proof });
    this.audit.push(...entries);
  };

  readonly report = (report: ProofReport): void => {
    this.reports.push(report);
  };

  #sightingOf(name: string): Sighting {
    const served = this.served.get(name);
    if (served === undefined) throw new PkiError('target-unavailable', 'there is no pod');
    return typeof served === 'string'
      ? { server: '', handshake: { kind: 'unreachable', words: served } }
      : { server: '', handshake: { kind: 'served', chain: [served.der] } };
  }
}
