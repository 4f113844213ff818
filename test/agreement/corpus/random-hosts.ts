import type { Dice } from './dice.ts';

/** Letters of one way of writing each, some with marks and digits of their own. */
const ALPHABETS = [
  'abcdefghijklmnopqrstuvwxyzßüéñøčłəı',
  'абвгдежзийклмнопрстуфхцчшщъыьэюяіјѕҽӏ',
  'αβγδεζηθικλμνξοπρστυφχψωςάέή',
  'אבגדהוזחטיכלמנסעפצקרשת',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهوي٠١٢۰۱۲',
  'अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह्ािीुू०१',
  'กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮเแโไ๐๑',
  'ひらがなあいうえおかきくけこー',
  'カタカナアイウエオソンノニーヘベペ',
  '漢字東京都大阪市中国人民日本一二三七十工口〇',
  'ㄅㄆㄇㄈㄉㄊㄋㄌ',
  '가각나다라마바사아자차카타파하한국어',
  'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ',
  'აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ',
  'ᎠᎡᎢᎣᎤᎥ',
  '𠀀𠀁𠀂𐐨𐐩',
];
/** What rules speak of: joiners, CONTEXTO, marks, digits, hyphens, and what is never allowed. */
const PARTICULAR = [
  ...[
    '\u200c',
    '\u200d',
    '·',
    '͵',
    '׳',
    '״',
    '・',
    '\u0301',
    '\u0308',
    '\u094d',
    '-',
    '--',
    '1',
    '٣',
  ],
  ...['☃', '😀', 'Ü', 'ａ', '\u00ad', '\u202e', 'ﬁ', '。', '\u0640', '\u1100', 'l·l', 'ب\u200cب'],
];
const PUNYCODE = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A label in one script, or in several, with something particular in every third. */
export function label(dice: Dice): string {
  const alphabet = dice.of(ALPHABETS);
  const letters = dice.several(1, 8, () => {
    return dice.of([...(dice.chance(4) ? dice.of(ALPHABETS) : alphabet)]);
  });
  if (dice.chance(33)) letters.splice(dice.below(letters.length + 1), 0, dice.of(PARTICULAR));
  return letters.join('');
}

/** A label that begins as an A-label does, and seldom is one. */
export function allegedALabel(dice: Dice): string {
  const ascii = dice.chance(50)
    ? `${dice.several(1, 5, () => dice.of([...PUNYCODE])).join('')}-`
    : '';
  return `xn--${ascii}${dice.several(1, 6, () => dice.of([...PUNYCODE])).join('')}`;
}

/** A host of several labels, of which one at least is beyond ASCII. */
export function host(dice: Dice): string {
  const ascii = ['example', 'a-1', '0a', 'com', 'web'];
  const labels = [dice.chance(20) ? allegedALabel(dice) : label(dice)];
  while (dice.chance(50)) labels.push(dice.chance(50) ? dice.of(ascii) : label(dice));
  return labels.join('.');
}
