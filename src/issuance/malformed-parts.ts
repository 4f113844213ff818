import { SUBJECT_ALT_NAME_KINDS, type Subject } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../x509/distinguished-name.ts';
import type { IssuanceRequest } from './issuance-request.ts';
import { MAX_NAMES, nameFault } from './name-checks.ts';
import { subjectValueFault } from './subject-checks.ts';

/**
 * The parts of a request that have no place in a certificate, such as letters outside ASCII in a dNSName:
 * what is written of them cannot be read back, so that the request itself must be judged.
 */
export function malformedPartsOf({
  names,
  subject,
  subjectPointer,
}: IssuanceRequest): readonly Violation[] {
  const malformedNames = SUBJECT_ALT_NAME_KINDS.flatMap((kind) =>
    names[kind].flatMap(({ value, pointer }) => violations(pointer, nameFault(kind, value))),
  );
  const count = SUBJECT_ALT_NAME_KINDS.flatMap((kind) => names[kind]).length;
  const tooMany = count > MAX_NAMES ? `at most ${MAX_NAMES} names` : undefined;
  return [
    ...violations('/dnsNames', tooMany),
    ...malformedNames,
    ...malformedAttributesOf(subject, subjectPointer),
  ];
}

/** The attributes of a subject that have no place in a certificate. */
function malformedAttributesOf(
  subject: Subject,
  pointerOf: (attribute: keyof Subject) => string,
): readonly Violation[] {
  return SUBJECT_ATTRIBUTE_NAMES.flatMap((attribute) => {
    const value = subject[attribute];
    const fault = value === undefined ? undefined : subjectValueFault(attribute, value);
    return violations(pointerOf(attribute), fault);
  });
}

function violations(pointer: string, detail: string | undefined): readonly Violation[] {
  return detail === undefined ? [] : [{ pointer, detail }];
}
