import { z } from 'zod';
import { judged } from '../api/judged.ts';
import { AuthorityBody, hasDefaultValidity } from '../api/schemas/authority.ts';
import { DiscoveryRuleBody } from '../api/schemas/discovery.ts';
import { ProfileBody } from '../api/schemas/profile.ts';
import { RotationWindowBody } from '../api/schemas/rotation-window.ts';
import { destinationOf, TargetBody } from '../api/schemas/target.ts';
import type { AuthorityDeclaration } from '../src/authority/missing-authorities.ts';
import { SUBJECT_ALT_NAME_KINDS } from '../src/certificate.ts';
import { nameFault } from '../src/issuance/name-checks.ts';
import type { Profile } from '../src/issuance/profile.ts';
import { Profiles } from '../src/issuance/profiles.ts';
import { windowViolations } from '../src/rotation/schedule/rotation-window.ts';
import { TakenDestinations } from '../src/rotation/taken-destinations.ts';
import { readSettingsDocument, type SettingsDocument } from './settings-document.ts';
import { settingsFaults } from './settings-error.ts';

/** What the settings file declares, checked as far as that is possible without the database. */
export type SettingsFile = z.infer<typeof SettingsFile>;

/** Each is a few watches. */
const MAX_RULES = 100;

const SettingsFile = z
  .strictObject({
    profiles: z.array(ProfileBody).default([]),
    authorities: z.array(AuthorityBody).exactOptional(),
    rotationTargets: z.array(TargetBody).default([]),
    rotationWindow: RotationWindowBody.exactOptional(),
    discovery: z.array(DiscoveryRuleBody).max(MAX_RULES).default([]),
  })
  .superRefine(({ profiles, authorities = [], rotationTargets, discovery }, context) => {
    for (const [list, entries] of Object.entries({ profiles, authorities, rotationTargets })) {
      const names = new Set<string>();
      for (const [index, { name }] of entries.entries()) {
        const isNew = !names.has(name);
        names.add(name);
        if (isNew) continue;
        const message = `"${name}" is declared twice`;
        context.addIssue({ code: 'custom', path: [list, index, 'name'], message });
      }
    }
    const known = new Profiles(profiles).list();
    for (const { path, message } of [
      ...discovery.flatMap((rule, index) => profileFaults(rule, index, known)),
      ...authorities.flatMap((authority, index) => validityFaults(authority, index, known)),
    ]) {
      context.addIssue({ code: 'custom', path, message });
    }
    const taken = new TakenDestinations([]);
    for (const [index, target] of rotationTargets.entries()) {
      const { name, profile } = target;
      const path = ['rotationTargets', index];
      if (!known.some((one) => one.name === profile && !one.isAuthority)) {
        const message = `no profile "${profile}" for servers or clients`;
        context.addIssue({ code: 'custom', path: [...path, 'profile'], message });
      }
      const placed = { name, destination: destinationOf(target) };
      const rival = taken.rivalOf(placed);
      taken.add(placed);
      if (!rival) continue;
      const message = `overlaps the destination of "${rival.name}"`;
      context.addIssue({ code: 'custom', path: [...path, 'destination'], message });
    }
  })
  .superRefine(({ rotationTargets, rotationWindow }, context) => {
    const windows = rotationTargets.map((target) => target.rotationWindow);
    for (const [index, window] of [rotationWindow, ...windows].entries()) {
      const owner = index === 0 ? [] : ['rotationTargets', index - 1];
      for (const { pointer, detail } of window ? windowViolations(window) : []) {
        const path = [...owner, 'rotationWindow', pointer.slice(1)];
        context.addIssue({ code: 'custom', path, message: detail });
      }
    }
    for (const { path, message } of rotationTargets.flatMap(nameFaults)) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

function profileFaults(
  { profiles }: z.infer<typeof DiscoveryRuleBody>,
  index: number,
  known: readonly Profile[],
) {
  const isKnown = (profile: string) =>
    known.some(({ name, isAuthority }) => name === profile && !isAuthority);
  return profiles.flatMap((profile, at) =>
    isKnown(profile)
      ? []
      : [
          {
            path: ['discovery', index, 'profiles', at],
            message: `no profile "${profile}" for servers or clients`,
          },
        ],
  );
}

/** How long an authority lives stands in its own entry, or in the profile of its kind. */
function validityFaults(authority: AuthorityDeclaration, index: number, known: readonly Profile[]) {
  const isSaid = authority.parent === null || authority.validity !== undefined;
  if (isSaid || hasDefaultValidity(known, authority.kind)) return [];
  return [{ path: ['authorities', index, 'validity'], message: 'is required' }];
}

/** What has the form of a name and is none: over HTTP it would be against the policy, and here it stops the start. */
function nameFaults(target: z.infer<typeof TargetBody>, index: number) {
  const { readers = [] } = target.destination.type === 'sds' ? target.destination : {};
  const unusable = readers.flatMap((reader, at) => {
    const message = nameFault('uris', reader);
    const path = ['rotationTargets', index, 'destination', 'readers', at];
    return message === undefined ? [] : [{ path, message }];
  });
  const names = SUBJECT_ALT_NAME_KINDS.flatMap((kind) =>
    (target[kind] ?? []).flatMap((name, at) => {
      const message = nameFault(kind, name);
      return message === undefined ? [] : [{ path: ['rotationTargets', index, kind, at], message }];
    }),
  );
  return [...names, ...unusable];
}

/**
 * Reads the settings file.
 *
 * @throws {SettingsError} naming every member at fault by JSON Pointer, and the line on which it stands
 */
export function readSettingsFile(path: string): SettingsFile & Pick<SettingsDocument, 'placeOf'> {
  const { content, placeOf } = readSettingsDocument(path);
  const { data, violations } = judged(SettingsFile, content ?? {});
  if (!violations) return { ...data, placeOf };
  throw settingsFaults(violations, placeOf);
}
