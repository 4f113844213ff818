import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { followTargets } from '../../../compose/follow-targets.ts';
import { SettingsError } from '../../../config/settings-error.ts';
import type { Violation } from '../../../src/errors.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { testTarget } from '../../support/rotation.ts';

function follow(violations: readonly Violation[]): Promise<void> {
  const deps = {
    now: () => new Date(),
    listTargets: () => Promise.resolve([]),
    leafProfileOf: new Profiles().leafProfileOf,
    lastingViolationsOf: () => Promise.resolve(violations),
    followFile: () => Promise.reject(new Error('the disk is full')),
  };
  const placeOf = (pointer: string) => `settings.yaml, line 7: ${pointer}`;
  return followTargets(deps, { rotationTargets: [testTarget()], placeOf });
}

describe('a start with targets of the settings file', () => {
  it('ends with the line of each that could never be rotated', async () => {
    const violations = [
      { pointer: '/0/authority', detail: 'no authority "nosuch"' },
      { pointer: '/0/validity', detail: 'at most 40 days' },
    ];
    const message =
      'settings.yaml, line 7: /rotationTargets/0/authority: no authority "nosuch"\n' +
      'settings.yaml, line 7: /rotationTargets/0/validity: at most 40 days';
    await assert.rejects(follow(violations), new SettingsError(message));
  });

  it('ends with the name of the setting for whatever else fails', async () => {
    const message = 'PKI_CONFIG_FILE: the disk is full';
    await assert.rejects(follow([]), { name: 'SettingsError', message });
  });
});
