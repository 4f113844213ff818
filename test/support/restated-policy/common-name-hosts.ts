import assert from 'node:assert/strict';
import { type Facts, SERVER_AUTH } from './facts.ts';

/** A host with a dot in it that no reader could take for an abbreviation, a version or a date. */
const CERTAIN_HOST = /^(\*\.)?\w[\w-]*\w(\.\w([\w-]*\w)?)*\.[a-z]{2,}$/i;

/**
 * The hosts of ASCII for which old clients or people take common names: a server's, to OpenSSL and to those who look for no
 * subjectAltName, may be of one label. None is written with signs that are only read as its letters or dots.
 */
export function hostsInCommonNames({ commonNames, extKeyUsage }: Facts): readonly string[] {
  const isServers = extKeyUsage.includes(SERVER_AUTH);
  const form = isServers ? /^(\*\.)?[\w-]+(\.[\w-]+)*$/ : /^(\*\.)?[\w-]+(\.[\w-]+)+$/;
  return commonNames.flatMap((text) => {
    // Of a trade mark NFKC makes letters, and people do not.
    const plain = text.replaceAll(/[\u2120\u2122]/g, ' ');
    const read = plain.normalize('NFKC').replaceAll('\u3002', '.');
    assert.ok(read === text || !CERTAIN_HOST.test(read), `${text} is read as ${read}`);
    return form.test(read) ? [read] : [];
  });
}
