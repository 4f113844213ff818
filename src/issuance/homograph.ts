/** The scripts in general use, which are those that UAX #31 (table 5) recommends for identifiers. */
const SCRIPTS = [
  'Arabic',
  'Armenian',
  'Bengali',
  'Bopomofo',
  'Cyrillic',
  'Devanagari',
  'Ethiopic',
  'Georgian',
  'Greek',
  'Gujarati',
  'Gurmukhi',
  'Han',
  'Hangul',
  'Hebrew',
  'Hiragana',
  'Kannada',
  'Katakana',
  'Khmer',
  'Lao',
  'Latin',
  'Malayalam',
  'Myanmar',
  'Oriya',
  'Sinhala',
  'Tamil',
  'Telugu',
  'Thaana',
  'Thai',
  'Tibetan',
] as const;

/** What Chinese, Japanese and Korean are written in, Latin included: UTS #39 §5.2, "highly restrictive". */
const WRITTEN_TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
] as const;

/** A label wholly in one script, or in scripts that are written together; digits and marks belong to all. */
const IN_ONE_WRITING = [...SCRIPTS.map((script) => [script]), ...WRITTEN_TOGETHER].map(
  (scripts) =>
    new RegExp(`^[${[...scripts, 'Common', 'Inherited'].map(extending).join('')}]+$`, 'u'),
);

const USES: readonly (readonly [script: string, pattern: RegExp])[] = SCRIPTS.map((script) => [
  script,
  new RegExp(`\\p{Script=${script}}`, 'u'),
]);

/**
 * Letters and digits beyond ASCII that are taken for letters and digits of ASCII: those that confusables.txt
 * of UTS #39 reduces to one, and those that Chromium's check of host names (idn_spoof_checker.cc) adds.
 * Of Latin only phonetic letters, small capitals and letters out of use.
 */
const LOOKALIKES = [
  'ƍƽȣɑɡɪɯʏᴄᴏᴑᴜᴠᴡᴢᶃᶌẝỿꜱꞙꞟꬲꬵꬽꭇꭈꭎꭒꭚʣʦʪʫᵫꜳꜵꜷꜹꜻꜽꝏꝷꭣ',
  'αγηικνορστυωϳᴦ',
  'абгекопрсухъыьюѕіјѡѵүһҽӏԁԍԗԛԝꙇӕꚙ',
  'ագզէլհյոռսցւքօ',
  // Hebrew and Arabic, which would turn this line around.
  '\u05d3\u05d5\u05d7\u05d8\u05d9\u05df\u05e1\u05f0\u05f2',
  '\u0627\u0647\u0661\u0665\u0667\u06be\u06c1\u06d5\u06f1\u06f5\u06f7',
  'ऽ०ॱ০৪৭੦੧੪ટડ૦૧ଃଠ୦୨୮டப௦ం౦౧ಂಽ೦೧ംടഠധനറ൦൭ං',
  'ดทนบปพฟมรลหเแ๐໐ခဂငထပဝ၀၂ၔၜ႐႑႕႖႗',
  'იოყძხჽჿሀሠሰስበተነከዐዕዘጠፐꬅ',
].join('');
/** Signs of Chinese and Japanese that, among Latin letters, are taken for letters, hyphens and slashes (the same source). */
const LOOKALIKES_AMONG_LATIN = '〇ーソゾノン一丁七丅丨丶丿乀乁乛十工讠ㄈㄒㄚㄟㄧㄨㄩㆲㆳㆺ';

/** As a whole: one letter that could be nothing else gives a label away. */
const LOOKS_LIKE_ASCII: readonly RegExp[] = [
  new RegExp(`^[a-z0-9-]*[${LOOKALIKES}][a-z0-9${LOOKALIKES}-]*$`, 'u'),
  new RegExp(
    `^(?=.*[a-z])[a-z0-9-]*[${LOOKALIKES_AMONG_LATIN}][a-z0-9${LOOKALIKES_AMONG_LATIN}-]*$`,
    'u',
  ),
];
/** What a letter may wear and still be taken for another. */
const DIACRITICS = /[\u0300-\u036f\u3099\u309a]/g;

/**
 * Why a U-label could pass for another name, in words; `undefined` where it does not look like one that
 * does. Lookalikes within one way of writing, such as an i without its dot, are not noticed.
 */
export function homographFault(uLabel: string): string | undefined {
  if (!IN_ONE_WRITING.some((pattern) => pattern.test(uLabel))) {
    const scripts = USES.flatMap(([script, pattern]) => (pattern.test(uLabel) ? [script] : []));
    if (scripts.length === 0) return 'is written in a script that is not in general use';
    return `mixes ${scripts.join(' and ')} letters${scripts.length > 1 ? '' : ' with others'}`;
  }
  const bare = uLabel.normalize('NFD').replaceAll(DIACRITICS, '');
  const isLookalike = LOOKS_LIKE_ASCII.some((pattern) => pattern.test(bare));
  return isLookalike ? 'looks as if it were written in ASCII letters' : undefined;
}

/** Characters that the script is written with, those that it shares with others among them (UAX #24). */
function extending(script: string): string {
  return `\\p{Script_Extensions=${script}}`;
}
