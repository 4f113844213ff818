import type { DecodedAttribute } from './decode-subject.ts';
import { TAG } from './der-tags.ts';

/** How RFC 5280 appendix A.1 has the values of one attribute type. */
interface AttributeForm {
  readonly name: string;
  /** Characters at most. */
  readonly upperBound: number;
  readonly types: readonly number[];
}

/** §4.1.2.4: what a DirectoryString is written as, but for names that were there before 2004. */
const DIRECTORY_STRING = [TAG.utf8String, TAG.printableString];
/** The choices of a DirectoryString that are left to those. */
const LEGACY = [TAG.teletexString, TAG.universalString, TAG.bmpString];
const PRINTABLE_STRING = [TAG.printableString];
const IA5_STRING = [TAG.ia5String];
const UB_NAME = 32_768;

const FORMS: Readonly<Record<string, AttributeForm>> = {
  '2.5.4.3': directoryString('commonName', 64),
  '2.5.4.4': directoryString('surname', UB_NAME),
  '2.5.4.5': { name: 'serialNumber', upperBound: 64, types: PRINTABLE_STRING },
  '2.5.4.6': { name: 'countryName', upperBound: 2, types: PRINTABLE_STRING },
  '2.5.4.7': directoryString('localityName', 128),
  '2.5.4.8': directoryString('stateOrProvinceName', 128),
  '2.5.4.10': directoryString('organizationName', 64),
  '2.5.4.11': directoryString('organizationalUnitName', 64),
  '2.5.4.12': directoryString('title', 64),
  '2.5.4.41': directoryString('name', UB_NAME),
  '2.5.4.42': directoryString('givenName', UB_NAME),
  '2.5.4.43': directoryString('initials', UB_NAME),
  '2.5.4.44': directoryString('generationQualifier', UB_NAME),
  '2.5.4.46': {
    name: 'dnQualifier',
    upperBound: Number.POSITIVE_INFINITY,
    types: PRINTABLE_STRING,
  },
  '2.5.4.65': directoryString('pseudonym', 128),
  '1.2.840.113549.1.9.1': { name: 'emailAddress', upperBound: 255, types: IA5_STRING },
  '0.9.2342.19200300.100.1.25': {
    name: 'domainComponent',
    upperBound: Number.POSITIVE_INFINITY,
    types: IA5_STRING,
  },
};

/** Of types that no length or string type is asked of here: RFC 4519 §2, RFC 2985 §5.2, ETSI EN 319 412-1 §5.1.4. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.9': 'streetAddress',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.16': 'postalAddress',
  '2.5.4.17': 'postalCode',
  '2.5.4.20': 'telephoneNumber',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'userId',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.2.840.113549.1.9.8': 'unstructuredAddress',
};

/** What the standards call an attribute type; `undefined` for one that is unknown here. */
export function attributeName(type: string): string | undefined {
  return FORMS[type]?.name ?? OTHER_NAMES[type];
}

/** What the length of an attribute breaks, in words; of types unknown here, nothing does. */
export function attributeLengthFault({ type, value }: DecodedAttribute): string | undefined {
  const form = FORMS[type];
  if (!form || typeof value !== 'string') return undefined;
  if (value === '') return `${form.name} is empty`;
  // A string has no fewer UTF-16 code units than characters, which are what is counted.
  if (value.length <= form.upperBound) return undefined;
  const length = [...value].length;
  return length > form.upperBound
    ? `${form.name} has ${length} characters, more than ${form.upperBound}`
    : undefined;
}

/** Whether an attribute has a string type that its definition does not have at all. */
export function attributeTypeFault(attribute: DecodedAttribute): string | undefined {
  const form = FORMS[attribute.type];
  if (!form || form.types.includes(attribute.tag)) return undefined;
  if (isLegacyDirectoryString(attribute)) return undefined;
  return `${form.name} is of another string type than its definition says`;
}

/** What an attribute is written as, where that is a choice of DirectoryString that nobody should take now. */
export function legacyStringFault(attribute: DecodedAttribute): string | undefined {
  if (!isLegacyDirectoryString(attribute)) return undefined;
  return `${FORMS[attribute.type]?.name} is neither a UTF8String nor a PrintableString`;
}

function isLegacyDirectoryString({ type, tag }: DecodedAttribute): boolean {
  return FORMS[type]?.types === DIRECTORY_STRING && LEGACY.some((legacy) => legacy === tag);
}

function directoryString(name: string, upperBound: number): AttributeForm {
  return { name, upperBound, types: DIRECTORY_STRING };
}
