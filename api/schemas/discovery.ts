import { z } from 'zod';
import { readDnsPattern } from '../../src/issuance/read-name-pattern.ts';
import { Namespace } from './kubernetes-names.ts';
import { Duration, listOf, Name } from './names.ts';

const HostPattern = z.string().transform((text, context) => {
  const read = readDnsPattern(text);
  if ('pattern' in read) return read.pattern;
  context.addIssue({ code: 'custom', message: read.fault });
  return z.NEVER;
});

/** An entry of `discovery` in the settings file: what the objects of some namespaces may ask for. */
export const DiscoveryRuleBody = z.strictObject({
  namespaces: listOf(z.union([z.literal('*'), Namespace])).min(1, 'names at least one namespace'),
  secretNamespaces: listOf(Namespace).default([]),
  authorities: listOf(Name).default([]),
  profiles: listOf(Name).default([]),
  hosts: listOf(HostPattern).default([]),
  clientAuthorities: listOf(Name).default([]),
  adopt: z.boolean().default(false),
  validity: Duration.default('30d'),
});
