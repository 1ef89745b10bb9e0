import type { ObservedContainer } from '../model/observed-host.js'
import { label } from './desired.js'

/** What a container is called until it takes another one's place. */
export function successorOf(name: string): string {
  return `${name}.next`
}

/**
 * Whether a container belongs to a step and not to the cloud: a one-shot, or a successor that stands by. A run that was
 * ended may leave it behind.
 */
export function isPassing({ name, labels }: Pick<ObservedContainer, 'name' | 'labels'>): boolean {
  return labels[label.oneShot] !== undefined || name.endsWith(successorOf(''))
}
