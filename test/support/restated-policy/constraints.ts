import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { hostsInCommonNames } from './common-name-hosts.ts';
import {
  attributesIn,
  DIRECTORY,
  DNS,
  EMAIL,
  type Facts,
  type GeneralName,
  IP,
  URI,
} from './facts.ts';

/** Whether a name lies within a base of the same kind (RFC 5280 §4.2.1.10). */
const IS_WITHIN: Readonly<Record<number, (name: Buffer, base: Buffer) => boolean>> = {
  [DNS]: (name, base) => isDomainWithin(textOf(name), textOf(base)),
  [IP]: isAddressWithin,
  [EMAIL]: isMailboxWithin,
  [URI]: (name, base) => isHostWithin(hostOf(textOf(name)), textOf(base)),
  [DIRECTORY]: isDirectoryWithin,
};

/** Every name of a certificate, its subject among them, is permitted and not excluded by `authority`. */
export function assertPermittedBy(authority: Facts, certificate: Facts): void {
  const { permitted, excluded } = authority;
  for (const name of judgedNamesOf(certificate)) {
    const words = `${name.tag.toString(16)}: ${textOf(name.content)}`;
    const bases = permitted.filter(({ tag }) => tag === name.tag);
    const isPermitted = bases.length === 0 || bases.some((base) => isWithin(name, base));
    assert.ok(isPermitted, `${words} is not permitted`);
    const isExcluded = excluded.some((base) => base.tag === name.tag && reaches(name, base));
    assert.ok(!isExcluded, `${words} is excluded`);
  }
}

/** A server's old clients, and OpenSSL, look for a host in the common name where there is no dNSName. */
function judgedNamesOf(certificate: Facts): readonly GeneralName[] {
  const { names, subject, x509 } = certificate;
  const isEmpty = attributesIn(subject).length === 0;
  const directory = isEmpty ? [] : [{ tag: DIRECTORY, content: subject }];
  if (x509.ca || names.some(({ tag }) => tag === DNS)) return [...directory, ...names];
  const hosts = hostsInCommonNames(certificate);
  const asHosts = hosts.map((text) => ({ tag: DNS, content: Buffer.from(text) }));
  return [...directory, ...names, ...asHosts];
}

function isWithin({ tag, content }: GeneralName, base: GeneralName): boolean {
  const judge = IS_WITHIN[tag] ?? assert.fail(`nobody judges names of tag ${tag}`);
  return judge(content, base.content);
}

/** Whether anything that a name stands for lies within: a wildcard stands for all hosts one label below. */
function reaches(name: GeneralName, base: GeneralName): boolean {
  const text = textOf(name.content);
  if (name.tag === URI && hostOf(text) === '') return true;
  if (name.tag !== DNS || !text.startsWith('*.')) return isWithin(name, base);
  const [parent, excluded] = [text.slice(2), textOf(base.content)];
  const isOneLabelBelow =
    excluded.endsWith(`.${parent}`) && !excluded.slice(0, -parent.length - 1).includes('.');
  return isWithin(name, base) || isOneLabelBelow;
}

/** OpenSSL and Go take a base that begins with a dot for the names below it alone. */
function isDomainWithin(name: string, base: string): boolean {
  if (base.startsWith('.')) return name.endsWith(base);
  return base === '' || `.${name}`.endsWith(`.${base}`);
}

/** A base is a mailbox, a host, or with a leading dot the hosts below. */
function isMailboxWithin(name: Buffer, base: Buffer): boolean {
  const [local, host = ''] = name.toString('latin1').split(/@(?=[^@]*$)/);
  const [, ownLocal, ownHost = ''] = /^(?:(.*)@)?(.*)$/.exec(base.toString('latin1')) ?? [];
  const isLocal = ownLocal === undefined || ownLocal === local;
  return isLocal && isHostWithin(host.toLowerCase(), ownHost.toLowerCase());
}

/** A base that begins with a dot means hosts below it, and any other one this host alone. */
function isHostWithin(host: string, base: string): boolean {
  if (host === '') return false;
  return base.startsWith('.') ? host.endsWith(base) : host === base;
}

function isAddressWithin(name: Buffer, base: Buffer): boolean {
  if (base.length !== 2 * name.length) return false;
  const mask = base.subarray(name.length);
  return name.every(
    (octet, at) => (octet & (mask[at] ?? 0)) === ((base[at] ?? 0) & (mask[at] ?? 0)),
  );
}

/** RFC 5280 §7.1: RDN by RDN from the first on, without regard to case and runs of white space. */
function isDirectoryWithin(name: Buffer, base: Buffer): boolean {
  const inside = attributesIn(name).map(comparable);
  // A base stands in a context tag of its own, or is a Name already.
  const outside = attributesIn(base).map(comparable);
  return outside.every((rdn, at) => rdn === inside[at]);
}

function comparable([type, text]: readonly [string, string]): string {
  return `${type}=${text.trim().replaceAll(/\s+/g, ' ').toLowerCase()}`;
}

/** Empty where a URI has no host, or an address in its place, which constraints cannot judge. */
function hostOf(uri: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri)?.[1] ?? '';
  const host = authority.replace(/^[^@]*@/, '').replace(/:\d*$/, '');
  return host.startsWith('[') || isIP(host) !== 0 ? '' : host;
}

function textOf(octets: Buffer): string {
  return octets.toString('latin1').toLowerCase();
}
