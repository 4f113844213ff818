import { toASCII, toUnicode } from 'tr46';

/** A label in both of its forms (RFC 5890 §2.3.2.1); the same text twice where it is plain ASCII. */
export interface Label {
  readonly aLabel: string;
  readonly uLabel: string;
}

type ReadLabel = Label | { readonly fault: string };

const ACE_PREFIX = 'xn--';
const MAX_A_LABEL_LENGTH = 63;
/** Every character of a U-label takes one or more of those of its A-label, after the prefix. */
const MAX_U_LABEL_LENGTH = MAX_A_LABEL_LENGTH - ACE_PREFIX.length;
const TOO_LONG = `has more than ${MAX_A_LABEL_LENGTH} characters as an A-label`;
/** Of RFC 5891 §4.2 what a table of Unicode's or Punycode is needed for; names are only ever judged, never mapped. */
const LABEL_RULES = { checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true };

/** RFC 5892 §2.1: letters, marks and decimal digits, of every script that the engine's Unicode knows. */
const LETTER_DIGITS = String.raw`\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}`;
/** §2.2, §2.3: what case folding or compatibility would change, and what nobody sees. */
const UNSTABLE = String.raw`\p{Changes_When_NFKC_Casefolded}\p{Default_Ignorable_Code_Point}`;
/** §2.4, §2.9: blocks of marks for symbols and of musical notation, and the parts of old Hangul syllables. */
const IGNORABLE_BLOCKS = String.raw`\u20d0-\u20ff\u{1d100}-\u{1d24f}`;
const OLD_HANGUL_JAMO = String.raw`\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff`;
/** §2.6. */
const DISALLOWED_EXCEPTIONS = String.raw`\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b`;
const VALID_EXCEPTIONS = String.raw`\u00df\u03c2\u06fd\u06fe\u0f0b\u3007`;
/** §2.6, §2.8: CONTEXTO and CONTEXTJ; the digits among them are LetterDigits too. */
const IN_CONTEXT = String.raw`\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d`;
const DISALLOWED = UNSTABLE + IGNORABLE_BLOCKS + OLD_HANGUL_JAMO + DISALLOWED_EXCEPTIONS;

/** One code point that may stand in a label (RFC 5892 §3), the hyphen among them. */
const ALLOWED = new RegExp(
  `^[[[${LETTER_DIGITS}]--[${DISALLOWED}]]${VALID_EXCEPTIONS}${IN_CONTEXT}\\-]$`,
  'v',
);

/** RFC 5892 appendix A.3 to A.9: what stands where it may not. Those of A.1 and A.2 need joining types. */
const OUT_OF_CONTEXT: readonly RegExp[] = [
  /(?<!l)\u00b7|\u00b7(?!l)/u,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u,
  /^[^\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]*\u30fb[^\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]*$/u,
  /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/u,
];

/**
 * Reads a label of letters, digits, hyphens and whatever lies beyond ASCII by IDNA2008 (RFC 5891 §4.2), given
 * in either form; ASCII letters must be small. Nothing is mapped (§4.1): what would be guessed would be signed.
 */
export function readLabel(label: string): ReadLabel {
  const isALabel = label.startsWith(ACE_PREFIX);
  if (!isALabel && isAscii(label)) return { aLabel: label, uLabel: label };
  const uLabel = isALabel ? toUnicode(label).domain : label;
  if (isAscii(uLabel)) return { fault: 'is no Punycode, or stands for plain ASCII' };
  const fault = uLabelFault(uLabel);
  if (fault !== undefined) return { fault: isALabel ? `stands for one that ${fault}` : fault };
  const aLabel = toASCII(uLabel, LABEL_RULES);
  if (aLabel === null) return { fault: 'has a hyphen or a joiner where IDNA2008 allows none' };
  if (aLabel.length > MAX_A_LABEL_LENGTH) return { fault: TOO_LONG };
  // RFC 5890 §2.3.2.1: an A-label is the one that its U-label makes.
  if (isALabel && aLabel !== label) return { fault: 'is not the A-label of what it decodes to' };
  return { aLabel, uLabel };
}

/** Whether all labels of a name keep the rules for text from right to left (RFC 5893 §2), which bind them together. */
export function isBidiSafe(uLabels: readonly string[]): boolean {
  return !toUnicode(uLabels.join('.'), { checkBidi: true }).error;
}

function uLabelFault(label: string): string | undefined {
  if (label.length > 2 * MAX_U_LABEL_LENGTH || [...label].length > MAX_U_LABEL_LENGTH) {
    return TOO_LONG;
  }
  const unknown = [...label].find((character) => !ALLOWED.test(character));
  if (unknown !== undefined) return `holds ${codePointOf(unknown)}, ${reasonAgainst(unknown)}`;
  if (label.normalize('NFC') !== label) return 'is not in Normalization Form C';
  if (/^\p{M}/u.test(label)) return 'begins with a combining mark';
  const isMisplaced = OUT_OF_CONTEXT.some((pattern) => pattern.test(label));
  return isMisplaced ? 'has a character where RFC 5892 (appendix A) does not allow it' : undefined;
}

function reasonAgainst(character: string): string {
  const isCapital = character.toLowerCase() !== character;
  return isCapital ? 'a capital letter: write small ones' : 'which IDNA2008 does not allow';
}

function codePointOf(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `U+${digits.padStart(4, '0')}`;
}

function isAscii(text: string): boolean {
  return !/\P{ASCII}/u.test(text);
}
