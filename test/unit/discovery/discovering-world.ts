import assert from 'node:assert/strict';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import type { Finding } from '../../../src/discovery/finding.ts';
import { followDeclarations } from '../../../src/discovery/follow-declarations.ts';
import type { Gateway } from '../../../src/discovery/gateway.ts';
import type { DiscoveryRule } from '../../../src/discovery/permission.ts';
import { PkiError } from '../../../src/errors.ts';
import {
  type DeclarationDeps,
  declareAll,
  deleteDeclared,
} from '../../../src/rotation/declare-target.ts';
import type { TargetRecord } from '../../../src/rotation/rotation-record.ts';
import { SampleKeys } from '../../../src/rotation/sample-keys.ts';
import { targetViolations } from '../../../src/rotation/target-violations.ts';
import { type IssuanceWorld, NOW } from '../../support/issuance.ts';
import { RotationWorld } from '../rotation/rotation-world.ts';
import { clusterWith, shopRule } from './gateways.ts';

/** Whatever hosts, so that nothing but the policy stands between an object and a certificate. */
const ANY_HOSTS = ['*', 'org', 'com', 'net', 'local', '*.*', '*.*.*', '*.*.*.*'];

/** Discovery from the objects to the Secrets, where authorities and their issuing are a test's. */
export class DiscoveringWorld {
  readonly #rotating: RotationWorld;
  readonly #declaring: DeclarationDeps;
  readonly #rules: readonly DiscoveryRule[];
  findings: readonly Finding[] = [];

  private constructor(rotating: RotationWorld, world: IssuanceWorld, profiles: readonly string[]) {
    this.#rotating = rotating;
    this.#declaring = declaringIn(rotating, world);
    const authorities = [...world.authorities.keys()];
    const members = { authorities, profiles, hosts: ANY_HOSTS, clientAuthorities: authorities };
    this.#rules = [shopRule(members), shopRule({ ...members, adopt: true })];
  }

  static async below(world: IssuanceWorld, profiles: readonly string[]): Promise<DiscoveringWorld> {
    const rotating = await RotationWorld.create(() => ({
      issue: (request) => world.issue(request),
      pathOf: (authority) => world.issuers.pathOf(authority),
      leafProfileOf: world.deps.leafProfileOf,
    }));
    rotating.clock.set(NOW);
    return new DiscoveringWorld(rotating, world, profiles);
  }

  /** The chains in the Secrets that these objects, and no others, have been given once a pass has ended. */
  async follow(gateways: readonly Gateway[]): Promise<readonly string[]> {
    const { records, destinations, rotation, passes, failures } = this.#rotating;
    records.clear();
    destinations.states.clear();
    passes.length = 0;
    const deps = {
      declareAll: declareAll.bind(undefined, this.#declaring),
      deleteDeclared: deleteDeclared.bind(undefined, this.#declaring),
      isKnown: () => true,
      isThere: () => true,
    };
    const terms = { ...this.#declaring, rules: this.#rules };
    const declarations = declarationsIn(clusterWith(gateways), terms, []);
    const refused = await followDeclarations(deps, declarations, []);
    this.findings = [...declarations.findings, ...refused];
    await rotation.run({ name: 'discovery' }, { force: true });
    assert.deepEqual(failures, []);
    for (const { cause } of passes) assert.ok(cause === undefined || cause instanceof PkiError);
    const chains = [...destinations.states.keys()].map((name) => destinations.filesAt(name));
    return chains.flatMap(({ 'tls.crt': chain }) => chain ?? []);
  }
}

/** Declaring as `compose/rotation.ts` joins it, with the judgement of the world's own authorities. */
function declaringIn(rotating: RotationWorld, world: IssuanceWorld): DeclarationDeps {
  const { records, clock, listTargets, findTarget, rotation, destinations } = rotating;
  const judging = {
    ...world.deps,
    now: clock.now,
    sampleKeyOf: new SampleKeys(world.deps.newKeyPair).sampleKeyOf,
    destinations,
    hasContext: async () => true,
  };
  return {
    now: clock.now,
    listTargets,
    findTarget,
    rotation,
    destinations,
    leafProfileOf: world.deps.leafProfileOf,
    violationsOf: (target) => targetViolations(judging, target),
    addTarget: async (record: TargetRecord) => {
      records.set(record.target.name, record);
    },
    replaceTarget: async ({ target }) => assert.fail(`${target.name} is declared once`),
    removeTarget: async (name) => assert.fail(`${name} stays`),
  };
}
