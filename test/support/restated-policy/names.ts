import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { hostsInCommonNames } from './common-name-hosts.ts';
import { DNS, EMAIL, type Facts, type GeneralName, IP, SERVER_AUTH, URI } from './facts.ts';

/** What a profile lets stand in the subjectAltName and the common name, said in another way than in src/. */
export interface RestatedNames {
  /** Tags of the kinds that there may be. */
  readonly kinds: readonly number[];
  /** Tags of which at least one name must be; none: a common name will do. */
  readonly needs: readonly number[];
  readonly hasWildcards: boolean;
  readonly isCommonNameAName: boolean;
  readonly maximumUris?: number;
  /** What the subject's organization must be, where it is not the caller's to choose. */
  readonly organization?: RegExp;
  /** By tag: what every name of the kind must be like; an address is written in decimal octets. */
  readonly likeness?: Readonly<Record<number, RegExp>>;
}

const MAX_NAMES = 100;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

const FORMS: Readonly<Record<number, (text: string) => void>> = {
  [DNS]: assertHost,
  [EMAIL]: (text) => assert.match(text, /^[^@\s"(),:;<>[\]\\]{1,64}@[a-z0-9.-]+$/),
  [URI]: (text) => assert.match(text, /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"\\^`{|}]+$/),
  [IP]: (text) => assert.ok([4, 16].includes(text.split('.').length), text),
};

/** Every name is one that the profile allows, in a form of which no two readers make different things. */
export function assertNames(facts: Facts, terms: RestatedNames): void {
  const { names, commonNames } = facts;
  assert.ok(names.length <= MAX_NAMES);
  const texts = names.map(writtenName);
  assert.equal(new Set(texts).size, texts.length, 'a name twice');
  for (const name of names) assertName(name, terms);
  const uris = names.filter(({ tag }) => tag === URI).length;
  assert.ok(uris <= (terms.maximumUris ?? MAX_NAMES));
  const hasNeeded = terms.needs.length === 0 || names.some(({ tag }) => terms.needs.includes(tag));
  assert.ok(hasNeeded, 'none of the names that it needs');
  assert.ok(names.length + commonNames.length > 0, 'nobody is named');
  if (terms.isCommonNameAName) assertCommonName(commonNames, names);
  assertCommonNamesAsHosts(facts, terms);
}

/** Old clients take such a common name for a host, so that it must not be one that the profile forbids. */
function assertCommonNamesAsHosts(
  facts: Facts,
  { kinds, hasWildcards, likeness }: RestatedNames,
): void {
  const isServers = facts.extKeyUsage.includes(SERVER_AUTH);
  for (const host of hostsInCommonNames(facts)) {
    const tag = isIP(host) === 0 ? DNS : IP;
    assert.ok(!isServers || kinds.includes(tag), host);
    assert.ok(hasWildcards || !host.startsWith('*'), host);
    if (tag === DNS) assert.match(host.toLowerCase(), likeness?.[DNS] ?? /^/);
  }
}

function assertName(name: GeneralName, { kinds, hasWildcards, likeness }: RestatedNames): void {
  const { tag, content } = name;
  const text = tag === IP ? [...content].join('.') : content.toString('latin1');
  assert.ok(kinds.includes(tag), `a name of tag ${tag}`);
  assert.match(text, /^[\x21-\x7e]+$/);
  const assertForm = FORMS[tag] ?? assert.fail(`a name of tag ${tag}`);
  assertForm(text);
  assert.ok(hasWildcards || !(tag === DNS && text.includes('*')), text);
  assert.match(text, likeness?.[tag] ?? /^/);
}

function assertHost(name: string): void {
  const labels = name.split('.');
  const [first, ...rest] = labels;
  const isWildcard = first === '*';
  assert.ok(name.length <= 253 && isIP(name) === 0, name);
  assert.ok(!isWildcard || labels.length >= 3, name);
  for (const label of isWildcard ? rest : labels) assert.match(label, LABEL, name);
}

function assertCommonName(commonNames: readonly string[], names: readonly GeneralName[]): void {
  const texts = names.map(({ tag, content }) =>
    tag === IP ? [...content].join('.') : content.toString('latin1').toLowerCase(),
  );
  for (const host of commonNames) assert.ok(texts.includes(comparable(host)), host);
}

/** An address is written in many ways; a URL has one of them, from which its octets are counted. */
function comparable(commonName: string): string {
  if (isIP(commonName) !== 6) return commonName.toLowerCase();
  const [left = [], right] = new URL(`http://[${commonName}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter(Boolean));
  const zeros = right ? Array.from({ length: 8 - left.length - right.length }, () => '0') : [];
  const groups = [...left, ...zeros, ...(right ?? [])].map((group) => Number.parseInt(group, 16));
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

function writtenName({ tag, content }: GeneralName): string {
  return `${tag} ${content.toString('hex')}`;
}
