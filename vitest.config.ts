import { defineConfig } from 'vitest/config'

// Temporal's core is a native module: every test file gets a process of its own.
const pool = 'forks' as const

const lab = {
  pool,
  fileParallelism: false,
  testTimeout: 900_000,
  // The first one on a fresh machine builds images, of two releases perhaps.
  hookTimeout: 3_600_000,
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          pool,
          // Five seconds, as it is by default, are too few for what starts programs on a busy machine.
          testTimeout: 30_000,
          include: [
            '{src,workflows,activities,workers,bench}/**/*.test.ts',
            'test/*.test.ts',
            'test/conformance/read/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'workflow',
          pool,
          include: ['test/workflow/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'conformance',
          pool,
          include: ['test/conformance/*.test.ts'],
          // Rendering an input by kolla-ansible keeps one processor busy for half a minute.
          testTimeout: 900_000,
          maxConcurrency: 2,
        },
      },
      { test: { name: 'lab', include: ['test/lab/*.test.ts'], ...lab } },
      { test: { name: 'long', include: ['test/lab/long/*.test.ts'], ...lab } },
      { test: { name: 'kills', include: ['test/lab/kills/*.test.ts'], ...lab } },
    ],
  },
})
