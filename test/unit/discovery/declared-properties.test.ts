import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { declarationsIn, targetName } from '../../../src/discovery/declarations.ts';
import { clusterWith, https, istioGateway, shopRule, termsOf } from './gateways.ts';

describe('the name of a declared target', () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,80}[a-z0-9])?$/);

  it('is one that targets may have, whatever the Secret is called', () => {
    fc.assert(
      fc.property(name, name, (namespace, secret) => {
        assert.match(
          targetName(namespace, secret),
          /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
        );
      }),
    );
  });

  it('is another for every other Secret, and the same for the same', () => {
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        assert.equal(targetName(a, b) === targetName(c, d), a === c && b === d);
      }),
    );
  });
});

it('what objects ask for is never more than some rule permits', () => {
  const host = fc.constantFrom(
    'a.example.org',
    'b.shop.example.org',
    '*.example.org',
    'x.example.com',
    '*',
    'org',
  );
  const pattern = fc.constantFrom(
    'example.org',
    '*.example.org',
    '**.shop.example.org',
    'x.example.com',
  );
  const namespace = fc.constantFrom('shop', 'bank');
  const gateway = fc
    .tuple(namespace, fc.array(host, { minLength: 1, maxLength: 3 }), fc.constantFrom('web', 'api'))
    .map(([where, hosts, secret]) =>
      istioGateway(`${where}-${secret}`, [https(hosts, secret)], { namespace: where }),
    );
  const rule = fc
    .tuple(namespace, fc.array(pattern, { maxLength: 2 }))
    .map(([where, hosts]) => shopRule({ namespaces: [where], hosts }));
  fc.assert(
    fc.property(
      fc.uniqueArray(gateway, { maxLength: 4, selector: ({ uid }) => uid }),
      fc.array(rule, { maxLength: 3 }),
      (gateways, some) => {
        const { targets } = declarationsIn(clusterWith(gateways), termsOf(...some), []);
        for (const { dnsNames, declaredBy } of targets) {
          for (const { namespace: where, name } of declaredBy.objects) {
            const asked = gateways.find(
              ({ reference }) => reference.name === name && reference.namespace === where,
            );
            const own = asked?.servers.flatMap(({ hosts }) => hosts) ?? [];
            const isPermitted = (one: string, within: string) =>
              one === within || one.endsWith(`.${within.replace(/^\*+\./, '')}`);
            assert.ok(
              some.some(
                ({ namespaces, hosts }) =>
                  namespaces.includes(where) &&
                  own.every((one) => hosts.some((within) => isPermitted(one, within))),
              ),
            );
            assert.ok(own.every((one) => dnsNames.includes(one)));
          }
        }
      },
    ),
  );
});
