/** How long something has been, for people: `5s`, `2m10s`, `3h`, `4d2h`. */

/** Shorter the longer it is, as kubectl shows it. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', [seconds % 60, 's'])
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return pair(hours, 'h', [minutes % 60, 'm'])
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 24 * 8) return pair(days, 'd', [hours % 24, 'h'])
  if (days < 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  return days < 365 * 8 ? pair(years, 'y', [days % 365, 'd']) : `${years}y`
}

const pair = (many: number, unit: string, [few, smaller]: [number, string]): string =>
  `${many}${unit}${few === 0 ? '' : `${few}${smaller}`}`

/** Since a time in RFC 3339. */
export const since = (time: string | null | undefined, now: number): string => (time ? humanDuration(now - Date.parse(time)) : '<unknown>')
