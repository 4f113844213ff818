import { TIME_STAMPING } from '../x509/oids.ts';
import { durationSeconds } from './duration.ts';
import { isPatternWithin } from './pattern-within.ts';
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
  permittedIsLeft,
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
  const canBeNamed = isAuthority || allowed.length > 0 || canBeBySubject(subject);
  return [
    ...unless(unallowed < 0, path, 'is not among those allowed'),
    ...unless(canBeNamed, ['subjectAltNames', 'allowed'], 'leaves nobody who could be named'),
  ];
}

/** Whether a commonName alone may name somebody. */
function canBeBySubject({ commonName, defaults, callerMaySet }: Profile['subject']): boolean {
  const isThere = defaults.commonName !== undefined || callerMaySet.includes('commonName');
  return commonName === 'any' && isThere;
}

/** Where of every kind of which there must be a name all that is permitted is excluded, nothing is issued. */
function permittedIsLeft({ isAuthority, subject, subjectAltNames }: Profile) {
  const { allowed, required } = subjectAltNames;
  const wanted = required.length > 0 ? required : allowed;
  const isNamedOtherwise = isAuthority || (required.length === 0 && canBeBySubject(subject));
  const isLeft = wanted.length === 0 || wanted.some((kind) => !isExcluded(subjectAltNames, kind));
  const path = ['subjectAltNames', wanted[0] ?? 'allowed', 'permitted'];
  const message = 'is all excluded, so that nobody could be named';
  return unless(isNamedOtherwise || isLeft, path, message);
}

/** Whether all names of a kind that are permitted are surely excluded. */
function isExcluded(
  terms: Profile['subjectAltNames'],
  kind: Profile['subjectAltNames']['allowed'][number],
): boolean {
  const { permitted = [], excluded = [] } = terms[kind] ?? {};
  const isOut = (pattern: string) => excluded.some((one) => isPatternWithin(kind, pattern, one));
  return permitted.length > 0 && permitted.every(isOut);
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
