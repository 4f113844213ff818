import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { declarationsIn } from '../../../src/discovery/declarations.ts';
import {
  clusterWith,
  codesIn,
  https,
  istioGateway,
  plainGateway,
  shopRule,
  termsOf,
} from './gateways.ts';

const terms = termsOf(shopRule());
const mutual = { isMutual: true } as const;

function declared(...gateways: Parameters<typeof clusterWith>[0]) {
  return declarationsIn(clusterWith(gateways), terms, []);
}

describe('declarationsIn', () => {
  it('declares one target for a Secret, with the hosts of all servers that name it', () => {
    const servers = [
      https(['b.example.org', 'shop/a.example.org'], 'web'),
      https(['./c.example.org', 'B.example.org'], 'web'),
    ];
    const { targets, findings } = declared(istioGateway('front', servers));
    assert.deepEqual(findings, []);
    assert.equal(targets.length, 1);
    const [target] = targets;
    assert.ok(target);
    assert.deepEqual(target.dnsNames, ['a.example.org', 'b.example.org', 'c.example.org']);
    assert.deepEqual(target.destination, {
      type: 'kubernetesSecret',
      namespace: 'istio-system',
      name: 'web',
      secretType: 'kubernetes.io/tls',
      includeRoot: true,
      clientAuthorities: [],
      clientTrust: 'issuer',
      adopt: false,
    });
    assert.deepEqual(target.declaredBy.objects, [istioGateway('front', []).reference]);
  });

  it('declares nothing for an object that asks for nothing', () => {
    const { targets, findings } = declared(
      istioGateway('front', [https(['a.example.org'], 'web')], { marks: {} }),
    );
    assert.deepEqual([targets, findings], [[], []]);
  });

  it('writes client authorities only where clients show certificates', () => {
    const marks = { authority: 'issuing', 'client-authorities': 'clients' };
    const servers = [https(['a.example.org'], 'open'), https(['b.example.org'], 'closed', mutual)];
    const { targets } = declared(istioGateway('front', servers, { marks }));
    assert.deepEqual(targets.map(({ destination }) => destination.clientAuthorities).sort(), [
      [],
      ['clients'],
    ]);
  });

  const faults: readonly [string, string, ReturnType<typeof istioGateway>][] = [
    [
      'an authority that is not named',
      'annotations-incomplete',
      istioGateway('x', [], { marks: { profile: 'server' } }),
    ],
    [
      'a flag that is neither',
      'annotations-incomplete',
      istioGateway('x', [], { marks: { authority: 'issuing', adopt: 'yes' } }),
    ],
    ['every host', 'any-host', istioGateway('x', [https(['*/*'], 'web')])],
    [
      'clients of nobody',
      'client-authorities-missing',
      istioGateway('x', [https(['a.example.org'], 'web', mutual)]),
    ],
    [
      'a workload that is nowhere',
      'workload-not-found',
      istioGateway('x', [https(['a.example.org'], 'web')], { selector: { istio: 'egress' } }),
    ],
    [
      'every gateway',
      'workload-ambiguous',
      istioGateway('x', [https(['a.example.org'], 'web')], { selector: {} }),
    ],
    [
      'a Secret that would decide about another’s clients',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web-cacert')]),
    ],
    [
      'a name that no Secret has',
      'secret-name-invalid',
      istioGateway('x', [https(['a.example.org'], 'Web')]),
    ],
    [
      'a namespace before the name',
      'secret-name-invalid',
      istioGateway('x', [https(['a.example.org'], 'shop/web')]),
    ],
    [
      'an empty label in the name',
      'secret-name-invalid',
      istioGateway('x', [https(['a.example.org'], 'web..tls')]),
    ],
    [
      'a name that is too long',
      'secret-name-invalid',
      istioGateway('x', [https(['a.example.org'], 'w'.repeat(254))]),
    ],
    [
      'another authority',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web')], { marks: { authority: 'root' } }),
    ],
    [
      'another profile',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web')], {
        marks: { authority: 'issuing', profile: 'client' },
      }),
    ],
    [
      'one host too many',
      'not-permitted',
      istioGateway('x', [https(['a.example.org', 'a.example.com'], 'web')]),
    ],
    [
      'a wildcard that is wider than what it may have',
      'not-permitted',
      istioGateway('x', [https(['*.org'], 'web')]),
    ],
    [
      'somebody else’s Secret',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web')], {
        marks: { authority: 'issuing', adopt: 'true' },
      }),
    ],
    [
      'another namespace’s rights',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web')], { namespace: 'other' }),
    ],
    [
      'other client authorities',
      'not-permitted',
      istioGateway('x', [https(['a.example.org'], 'web', mutual)], {
        marks: { authority: 'issuing', 'client-authorities': 'clients,root' },
      }),
    ],
  ];
  for (const [what, code, gateway] of faults) {
    it(`declares nothing for ${what}, and says so`, () => {
      const { targets, findings } = declared(gateway);
      assert.deepEqual(targets, []);
      assert.deepEqual(codesIn(findings), [`x: ${code}`]);
    });
  }

  it('declares what is named as Secrets are beside what is not', () => {
    const servers = [https(['a.example.org'], 'Web'), https(['b.example.org'], 'web')];
    const { targets, findings } = declared(istioGateway('front', servers));
    assert.deepEqual(
      targets.map(({ dnsNames }) => dnsNames),
      [['b.example.org']],
    );
    assert.deepEqual(
      findings.map(({ hosts }) => hosts),
      [['a.example.org']],
    );
  });

  it('declares nothing where workloads are in two places, and holds on to what was declared', () => {
    const gateway = istioGateway('front', [https(['a.example.org'], 'web')]);
    const workloads = ['one', 'two'].map((namespace) => ({
      namespace,
      labels: { istio: 'ingressgateway' },
    }));
    const { targets, unplaced, findings } = declarationsIn(
      clusterWith([gateway], { workloads }),
      terms,
      [],
    );
    assert.deepEqual(targets, []);
    assert.deepEqual(unplaced, [{ object: gateway.reference, secret: 'web' }]);
    assert.deepEqual(codesIn(findings), ['front: workload-ambiguous']);
  });

  it('reads a Secret of the Gateway API in its own namespace, or where that is granted', () => {
    const secrets = [{ name: 'web', namespace: 'istio-system' }];
    const gateway = plainGateway('api', [https(['a.example.org'], '', { secrets })]);
    assert.deepEqual(codesIn(declared(gateway).findings), ['api: reference-not-granted']);
    const grant = { namespace: 'istio-system', from: ['shop'] };
    const granting = (names: readonly string[]) =>
      declarationsIn(clusterWith([gateway], { grants: [{ ...grant, names }] }), terms, []).targets;
    assert.deepEqual(granting(['other']), []);
    assert.partialDeepStrictEqual(granting(['web']), [
      { destination: { namespace: 'istio-system' } },
    ]);
    const own = declared(plainGateway('api', [https(['a.example.org'], 'web')]));
    assert.partialDeepStrictEqual(own.targets, [{ destination: { namespace: 'shop' } }]);
  });

  it('leaves a Secret to the oldest object that names it, whatever others ask', () => {
    const old = istioGateway('z-old', [https(['a.example.org'], 'web')]);
    const createdAt = '2031-01-01T00:00:00Z';
    const same = istioGateway('same', [https(['b.example.org'], 'web')], { createdAt });
    const other = istioGateway('other', [https(['c.example.org'], 'web')], {
      createdAt,
      marks: { authority: 'second' },
    });
    const stranger = istioGateway('stranger', [https(['d.example.org'], 'web')], {
      createdAt,
      namespace: 'other',
    });
    const all = clusterWith([stranger, other, same, old]);
    const both = shopRule({ authorities: ['issuing', 'second'], namespaces: ['shop', 'other'] });
    const { targets, findings } = declarationsIn(all, termsOf(both), []);
    assert.deepEqual(
      targets.map(({ authority, dnsNames }) => [authority, ...dnsNames]),
      [['issuing', 'a.example.org', 'b.example.org']],
    );
    assert.deepEqual(codesIn(findings).toSorted(), [
      'other: contradiction',
      'stranger: contradiction',
    ]);
  });

  it('permits by one rule as a whole, and never by parts of two', () => {
    const gateway = istioGateway('front', [https(['a.example.org'], 'web')], {
      marks: { authority: 'second' },
    });
    const halves = [shopRule(), shopRule({ authorities: ['second'], hosts: ['example.com'] })];
    assert.deepEqual(declarationsIn(clusterWith([gateway]), termsOf(...halves), []).targets, []);
  });
});
