import type { Globals } from '../model/globals.js'

const hour = 60
const day = 24 * hour
const week = 7 * day
/** In seconds. */
const longestInterval = week * 60

/** As many keys as tokens of different age may need, the staged one and the primary one (Keystone's own formula). */
export function maxActiveKeys(globals: Globals): number {
  const { fernet_token_expiry, fernet_token_allow_expired_window, fernet_key_rotation_interval } =
    globals
  const lifetime = fernet_token_expiry + fernet_token_allow_expired_window
  return Math.ceil(lifetime / Math.min(fernet_key_rotation_interval, longestInterval)) + 2
}

/**
 * When this member rotates the keys, as lines of a crontab without their command. The members take turns: cron repeats
 * by the hour, the day or the week, and each turn that fits whole into that is somebody's. A turn that does not fit is
 * left out, since keys rotated too early would make valid tokens invalid. An interval of more than a week is taken as
 * a week.
 */
export function rotationTimes(intervalSeconds: number, member: number, members: number): string[] {
  const interval = Math.min(Math.max(1, Math.floor(intervalSeconds / 60)), week)
  const round = interval * members
  const span = round > day ? week : round > hour ? day : hour
  const times: string[] = []
  for (let time = interval * member; time + interval <= span; time += round) {
    const minute = time % hour
    const hours = span === hour ? '*' : Math.floor((time % day) / hour)
    const weekday = span === week ? Math.floor(time / day) : '*'
    times.push(`${minute} ${hours} * * ${weekday}`)
  }
  return times
}
