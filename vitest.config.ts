import { defineConfig } from 'vitest/config'

// Temporal's core is a native module: every test file gets a process of its own.
const pool = 'forks' as const

// Vitest leaves one processor idle by default: of two that is half. Tests of workflows take 6 min in place of 10 so.
const maxWorkers = '100%'

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
          maxWorkers,
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
          maxWorkers,
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
