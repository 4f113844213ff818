import type { AuditEntry } from '../../../src/audit/entry.ts';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import { followDeclarations } from '../../../src/discovery/follow-declarations.ts';
import type { Gateway } from '../../../src/discovery/gateway.ts';
import type { DiscoveryRule } from '../../../src/discovery/permission.ts';
import type { Violation } from '../../../src/errors.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import {
  type DeclarationDeps,
  declareAll,
  deleteDeclared,
} from '../../../src/rotation/declare-target.ts';
import {
  NEW_TARGET,
  NO_REVISION,
  type TargetRecord,
} from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { clusterWith, shopRule } from './gateways.ts';

/** Targets in memory, declared as they are anywhere, and the objects of a cluster that a test changes. */
export class DeclaringWorld {
  readonly targets = new Map<string, RotationTarget>();
  readonly done: string[] = [];
  /** How often all targets were looked at, and how often one. */
  readonly looks = { all: 0, one: 0 };
  gateways: readonly Gateway[] = [];
  workloads = clusterWith([]).workloads;
  rules: readonly DiscoveryRule[] = [shopRule()];
  isKnown = true;
  violations: readonly Violation[] = [];

  readonly #put = async ({ target }: Pick<TargetRecord, 'target'>, { action }: AuditEntry) => {
    this.targets.set(target.name, target);
    this.done.push(`${action} ${target.dnsNames}`);
  };

  readonly #declaring: DeclarationDeps = {
    now: () => new Date(0),
    listTargets: async () => {
      this.looks.all += 1;
      return [...this.targets.values()].map(recordOf);
    },
    findTarget: async (name) => {
      this.looks.one += 1;
      const target = this.targets.get(name);
      return target && recordOf(target);
    },
    addTarget: this.#put,
    replaceTarget: this.#put,
    removeTarget: async (name, entries) => {
      this.targets.delete(name);
      this.done.push(...entries.map(({ action }) => action));
    },
    leafProfileOf: new Profiles().leafProfileOf,
    violationsOf: async () => this.violations,
    destinations: { remove: async () => true },
    rotation: { begin: () => undefined, whileIdle: (_, work) => work() },
  };

  async follow() {
    const { gateways, workloads } = this;
    const view = clusterWith(gateways, { workloads });
    const known = (await this.#declaring.listTargets()).map(({ target }) => target);
    return followDeclarations(
      {
        declareAll: declareAll.bind(undefined, this.#declaring),
        deleteDeclared: deleteDeclared.bind(undefined, this.#declaring),
        isKnown: () => this.isKnown,
        isThere: ({ name }) => gateways.some(({ reference }) => reference.name === name),
      },
      declarationsIn(view, { ...this.#declaring, rules: this.rules }, known),
      known,
    );
  }
}

function recordOf(target: RotationTarget): TargetRecord {
  return { target, isDeclaredInFile: false, progress: NEW_TARGET, revision: NO_REVISION };
}
