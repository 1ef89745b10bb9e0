import type { WorkerOptions } from '@temporalio/worker'

/** What a worker takes upon itself at once, and how soon it hears. */
export const limits = {
  shutdownGraceTime: '10 seconds',
  // A heartbeat brings a cancellation, and by default most are held back: a step would go on for 16 s after its end.
  maxHeartbeatThrottleInterval: '4 seconds',
  maxConcurrentActivityTaskExecutions: 200,
  maxCachedWorkflows: 100,
} as const satisfies Partial<WorkerOptions>
