/** The arrows of the house (CONTRIBUTING.md): api/ and storage/ import src/, never each other. */
module.exports = {
  forbidden: [
    {
      name: 'src-imports-neither-api-nor-storage',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(api|storage|main\\.ts|config(/|\\.ts)|compose(/|\\.ts)|workers/|start\\.ts)' },
    },
    {
      name: 'src-knows-no-http-sql-kubernetes-files-or-schedule',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: '^(fs|fs/promises|http|https|http2|net|tls|child_process|dgram|node:fs|node:fs/promises|node:http|node:https|node:http2|node:child_process|node:dgram)$|node_modules/(express|@grpc|kysely|better-sqlite3|@kubernetes|node-cron|pino|prom-client|zod|yaml)/',
        pathNot: '^(node:)?(net|tls)$',
      },
    },
    {
      name: 'api-imports-no-storage',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^(storage/|main\\.ts|config(/|\\.ts)|compose(/|\\.ts)|workers/|start\\.ts)' },
    },
    {
      name: 'commands-speak-http',
      comment: 'A command is a client of the running service like any other, and no part of it.',
      severity: 'error',
      from: { path: '^api/commands/' },
      to: { path: '^api/', pathNot: '^api/commands/' },
    },
    {
      name: 'nothing-needs-commands',
      severity: 'error',
      from: {
        path: '^(src|api|storage|main|config|compose|workers|start)',
        pathNot: '^api/commands/',
      },
      to: { path: '^api/commands/' },
    },
    {
      name: 'storage-imports-no-api',
      severity: 'error',
      from: { path: '^storage/' },
      to: { path: '^(api/|main\\.ts|config(/|\\.ts)|compose(/|\\.ts)|workers/|start\\.ts)' },
    },
    {
      name: 'policy-is-restated-by-itself',
      comment:
        'A second statement of the policy that shares code with the first one repeats its faults.',
      severity: 'error',
      from: { path: '^test/support/restated-policy/' },
      to: { path: '^(src|api|storage|main|config|compose|workers|start)', reachable: true },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^(src|api|storage|main|config|compose|workers|start)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
