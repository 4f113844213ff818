const LABEL_63 = 'a'.repeat(63);
const NAME_253 = `${`${LABEL_63}.`.repeat(3)}${'a'.repeat(61)}`;

/** Texts on both sides of every bound that a member of a request has, and words of its lists. */
const TEXTS: readonly string[] = [
  ...['', ' ', 'x', 'a b', '\u0000', 'a\u007f', 'a\u0085', 'a\u2028', 'a\ud800', 'a\n', '\ufeff'],
  ...['é', '😀'].flatMap((mark) => [64, 65, 128, 129].map((count) => mark.repeat(count))),
  ...[64, 65, 128, 129, 253, 254, 4_096, 4_097, 32_769, 65_537].map((count) => 'x'.repeat(count)),
  ...[
    '1s',
    '15m',
    '999999y',
    '1000000s',
    '0d',
    '01d',
    '1',
    'd',
    '1w',
    '1D',
    ' 1d',
    '1d ',
    '1.5d',
    '-1d',
  ],
  ...[
    'a',
    'a-b',
    '-a',
    'a-',
    'A',
    'a_b',
    'a.b',
    LABEL_63,
    `${LABEL_63}a`,
    'issuing',
    'root',
    'nobody',
  ],
  ...[
    '*.example.org',
    '*.org',
    '*',
    'a.*.org',
    '**.example.org',
    'example.org.',
    '.example.org',
    '.',
    '..a',
  ],
  ...[
    'a..b',
    'a-.org',
    'ä.org',
    'xn--4ca.org',
    `${LABEL_63}a.org`,
    NAME_253,
    `${NAME_253}a`,
    `.${NAME_253}`,
  ],
  ...['192.0.2.1', '192.0.2.01', '256.0.2.1', '1.2.3', '1.2.3.4.5', '.192.0.2.1', '*.192.0.2.1'],
  ...[
    '::',
    '::1',
    '2001:DB8::1',
    '::ffff:192.0.2.1',
    '1::2::3',
    'fe80::1%eth0',
    '[::1]',
    '1:2:3:4:5:6:7:8:9',
  ],
  ...[
    '10.0.0.0/8',
    '10.0.0.1/8',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10/8',
    '10.0.0.0/8/8',
  ],
  ...[
    '::/0',
    '2001:db8::/32',
    '2001:db8::1/32',
    '::/129',
    '1:2:3/32',
    'fe80::%1/64',
    '::ffff:10.0.0.0/104',
  ],
  ...[
    'a@b',
    'a@example.org',
    'a@.org',
    'a@192.0.2.1',
    '@example.org',
    'a@@b',
    '"a"@b',
    'a..b@c',
    'a.@b',
    'a@*.b.c',
  ],
  ...[
    `${'a'.repeat(64)}@b`,
    `${'a'.repeat(65)}@b`,
    `a@${NAME_253}`,
    'ä@b',
    "!#$%&'*+/=?^_`{|}~-@b",
  ],
  ...[
    'urn:a:b',
    'urn:',
    'http://a/b?c#d',
    'http://a b',
    'http://ä',
    'a/b',
    '1a:b',
    'a:%41',
    'a:%4',
    'a:<b>',
    'spiffe://a/b',
  ],
  ...[
    'GB',
    'gb',
    'GBR',
    'server',
    'client',
    'intermediate',
    'ecdsa-p384',
    'dsa',
    'modern',
    'compat',
    'rc2',
  ],
  ...[
    'directory',
    'kubernetesSecret',
    'Opaque',
    'kubernetes.io/tls',
    '0600',
    '0640',
    '600',
    'issuer',
    'Issuer',
  ],
  ...['tcp', 'gatewayPods', 'a=b', 'a==b,c', 'a in (b,c)', 'a in ()', 'a,', '!a', 'a/b=c', 'a=b=c'],
  ...[
    '/',
    '/x',
    '//',
    '/a/../b',
    '/a\nb',
    'x/y',
    '/ä',
    `/${'x'.repeat(4_095)}`,
    `/${'x'.repeat(4_096)}`,
  ],
];

/** The same for parameters of the query. */
export const QUERY_TEXTS: readonly string[] = [
  ...TEXTS,
  ...['0', '1', '999', '1000', '1001', '01', '+1', '1.0', '1e2', '0x1', '١'],
  ...[
    'json',
    'pem',
    'der',
    'cer',
    'p7b',
    'chain',
    'fullchain',
    'PEM',
    'include',
    'remove',
    'valid',
    'expired',
  ],
  ...[
    '2030-01-01T00:00:00Z',
    '2030-01-01T00:00:00.123Z',
    '2030-01-01T00:00:00.1234Z',
    '2030-01-01T00:00Z',
  ],
  ...[
    '2030-01-01t00:00:00z',
    '2030-02-29T00:00:00Z',
    '2028-02-29T00:00:00Z',
    '2030-13-01T00:00:00Z',
  ],
  ...[
    '2030-01-01T24:00:00Z',
    '2030-12-31T23:59:60Z',
    '2030-01-01T00:00:00+00:00',
    '0000-01-01T00:00:00Z',
  ],
  ...['2030-01-01 00:00:00Z', '2030-01-01', '2030-01-01T00:00:00', '2030-01-01T00:00:00.Z'],
];

/** Values of every other type, and numbers on both sides of every bound. */
const OTHERS = [
  ...[null, true, false, 0, -0, -1, 1.5, 255, 256, 65_535, 65_536, 2 ** 53, 1e300],
  ...[[], {}, [null], [[]]],
];

/** One member more than any list may have. */
const MANY = 101;

/**
 * Every body that differs from `value` in one place: a member left out, another value in its place, a
 * member too many, a list too long.
 */
export function mutationsOf(value: unknown): readonly unknown[] {
  return [...OTHERS, ...TEXTS, ...partsChanged(value)];
}

function partsChanged(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return listChanged(value);
  return typeof value === 'object' && value !== null ? objectChanged(value) : [];
}

function listChanged(list: readonly unknown[]): readonly unknown[] {
  const [first = 'a'] = list;
  return [
    ...[MANY - 1, MANY].map((length) => Array.from({ length }, () => first)),
    ...list.map((_, index) => list.toSpliced(index, 1)),
    ...list.flatMap((item, index) => mutationsOf(item).map((other) => list.with(index, other))),
  ];
}

function objectChanged(object: object): readonly unknown[] {
  const members = Object.entries(object as Readonly<Record<string, unknown>>);
  const without = members.map(([name]) => members.filter(([other]) => other !== name));
  return [
    ...['surprise', 'constructor', 'toString'].map((name) => ({ ...object, [name]: 1 })),
    ...without.map((some) => Object.fromEntries(some)),
    ...members.flatMap(([name, member]) =>
      mutationsOf(member).map((other) => ({ ...object, [name]: other })),
    ),
  ];
}
