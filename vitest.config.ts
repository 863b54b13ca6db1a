import { defineConfig } from 'vitest/config'

/** unit: what a file decides. sim: what the whole does, in virtual time. real: against a real kube-apiserver (needs hack/control-plane). */
export default defineConfig({
  test: {
    // Files share a worker's modules: no test changes any, and loading the API's schemas anew for each file costs more than the tests.
    isolate: false,
    // As Node runs them: the sources need no transformation, and a tenth of the time goes with it.
    experimental: { viteModuleRunner: false },
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: [
            'src/**/*.test.ts',
            'api/**/*.test.ts',
            'hack/**/*.test.ts',
            'test/*.test.ts',
            'test/cli/*.test.ts',
            'test/parity/*.test.ts',
          ],
        },
      },
      { test: { name: 'sim', testTimeout: 300_000, include: ['test/simulation/**/*.test.ts', 'test/conformance/sandbox.test.ts'] } },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts', 'test/conformance/real.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
