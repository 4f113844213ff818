import { TIME_STAMPING } from '../x509/oids.ts';
import { durationSeconds } from './duration.ts';
import { keyUsageOf, type Profile } from './profile.ts';

/** What could never be issued under a profile, or would be no certificate of its kind. */
export interface Contradiction {
  /** The member at fault. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Check = (profile: Profile) => readonly Contradiction[];

const checks: readonly Check[] = [
  authoritiesSign,
  usesAreWhole,
  everyKeyHasAUse,
  purposesFit,
  leavesHaveADefault,
  ({ validity }) =>
    contradictionsInValidity(validity).map(({ path, message }) => ({
      path: ['validity', ...path],
      message,
    })),
  namesCanBeThere,
  authoritiesHaveNoNames,
  extensionsDiffer,
];

/** What a profile says against itself, in the order of its members. */
export function contradictionsIn(profile: Profile): readonly Contradiction[] {
  return checks.flatMap((check) => check(profile));
}

/** What durations say against each other, pointing from `validity` on. */
export function contradictionsInValidity(validity: Profile['validity']): readonly Contradiction[] {
  return [...durationsAscend(validity), ...backdateLeavesTime(validity)];
}

function unless(
  isRight: boolean,
  path: Contradiction['path'],
  message: string,
): readonly Contradiction[] {
  return isRight ? [] : [{ path, message }];
}

function authoritiesSign({ name, keyUsage, isAuthority }: Profile) {
  const message = isAuthority
    ? `"${name}" is for authorities, which need keyCertSign (RFC 5280 §4.2.1.9)`
    : 'keyCertSign is for the profiles root and intermediate alone';
  return unless(isAuthority === keyUsage.includes('keyCertSign'), ['keyUsage'], message);
}

/** RFC 5280 §4.2.1.3. */
function usesAreWhole({ keyUsage }: Profile) {
  const isHalf = ['encipherOnly', 'decipherOnly'].some((one) =>
    keyUsage.some((use) => use === one),
  );
  const areDifferent = new Set(keyUsage).size === keyUsage.length;
  const half = 'encipherOnly and decipherOnly mean nothing without keyAgreement';
  return [
    ...unless(areDifferent, ['keyUsage'], 'names one use twice'),
    ...unless(!isHalf || keyUsage.includes('keyAgreement'), ['keyUsage'], half),
  ];
}

/** RFC 5280 §4.2.1.3: at least one bit is set. */
function everyKeyHasAUse(profile: Profile) {
  const useless = profile.keyAlgorithms.filter((one) => keyUsageOf(profile, one).length === 0);
  const message = `names nothing that a key by ${useless.join(', ')} can do; name more, or other keyAlgorithms`;
  return unless(useless.length === 0, ['keyUsage'], message);
}

function purposesFit({ extKeyUsage, isAuthority }: Profile) {
  const areDifferent = new Set(extKeyUsage).size === extKeyUsage.length;
  const isAlone = isAuthority || !extKeyUsage.includes(TIME_STAMPING) || extKeyUsage.length === 1;
  const beside = 'names others beside timeStamping (RFC 3161 §2.3)';
  return [
    ...unless(areDifferent, ['extKeyUsage'], 'names one purpose twice'),
    ...unless(isAlone, ['extKeyUsage'], beside),
  ];
}

function leavesHaveADefault({ isAuthority, validity }: Profile) {
  const isThere = isAuthority || validity.default !== undefined;
  return unless(isThere, ['validity', 'default'], 'is required');
}

function durationsAscend(validity: Profile['validity']) {
  const given = (['minimum', 'default', 'maximum'] as const).flatMap((member) => {
    const text = validity[member];
    return text === undefined ? [] : [{ member, text }];
  });
  return given.flatMap(({ member, text }, index) => {
    const before = given[index - 1];
    const isRight = !before || durationSeconds(before.text) <= durationSeconds(text);
    const message = `${text} must not be less than the ${before?.member}, ${before?.text}`;
    return unless(isRight, [member], message);
  });
}

/** The maximum is that of the whole period, which begins before the moment of issue. */
function backdateLeavesTime({ backdate, minimum, maximum }: Profile['validity']) {
  if (maximum === undefined) return [];
  const left = durationSeconds(maximum) - durationSeconds(backdate);
  const least = minimum === undefined ? 1 : durationSeconds(minimum);
  const whom = minimum === undefined ? 'the certificate' : `the minimum, ${minimum},`;
  const message = `${maximum}, of which the backdate, ${backdate}, is a part, leaves no time for ${whom} after it`;
  return unless(left >= least, ['maximum'], message);
}

function namesCanBeThere({ isAuthority, subject, subjectAltNames }: Profile) {
  const { allowed, required } = subjectAltNames;
  const unallowed = required.findIndex((kind) => !allowed.includes(kind));
  const path = ['subjectAltNames', 'required', unallowed];
  const hasCommonName =
    subject.defaults.commonName !== undefined || subject.callerMaySet.includes('commonName');
  const isBySubject = subject.commonName === 'any' && hasCommonName;
  const canBeNamed = isAuthority || allowed.length > 0 || isBySubject;
  return [
    ...unless(unallowed < 0, path, 'is not among those allowed'),
    ...unless(canBeNamed, ['subjectAltNames', 'allowed'], 'leaves nobody who could be named'),
  ];
}

function authoritiesHaveNoNames({ isAuthority, subjectAltNames: { allowed } }: Profile) {
  const isRight = !isAuthority || allowed.length === 0;
  return unless(isRight, ['subjectAltNames', 'allowed'], 'authorities have none');
}

function extensionsDiffer({ extensions }: Profile) {
  const ids = extensions.map(({ oid }) => oid);
  const repeated = ids.findIndex((oid, index) => ids.indexOf(oid) !== index);
  return unless(repeated < 0, ['extensions', repeated, 'oid'], 'stands there twice');
}
