/** Values as people read them; each Intl object is built once per language. */

function cached<T>(make: (language: string, variant: string) => T): (language: string, variant?: string) => T {
  const made = new Map<string, T>()
  return (language, variant = '') => {
    const key = `${language}|${variant}`
    let found = made.get(key)
    if (found === undefined) {
      found = make(language, variant)
      made.set(key, found)
    }
    return found
  }
}

const numbers = cached((language, digits) =>
  digits === ''
    ? new Intl.NumberFormat(language, { maximumFractionDigits: 10 })
    : new Intl.NumberFormat(language, { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) }),
)
const regions = cached((language) => new Intl.DisplayNames([language], { type: 'region' }))
const dates = cached(
  (language) => new Intl.DateTimeFormat(language, { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: 'UTC' }),
)
const instants = cached(
  (language, zone) =>
    new Intl.DateTimeFormat(language, {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
      ...(zone ? { timeZone: zone } : {}),
    }),
)
const relative = cached((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }))

/** A decimal in text keeps all its digits. */
export function number(value: unknown, language: string, digits?: number): string {
  if (value === null || value === undefined || value === '') return ''
  const text = String(value)
  const format = numbers(language, digits === undefined ? '' : String(digits))
  return /^-?\d+(\.\d+)?$/.test(text) ? format.format(text as unknown as number) : text
}

/** Moves the decimal point of a number in text, exactly; other text stays. */
export function shift(value: unknown, places: number): string {
  const text = String(value ?? '')
  const parts = /^(-?)(\d*)\.?(\d*)$/.exec(text)
  if (!parts || !(parts[2] || parts[3])) return text
  const [, sign = '', whole = '', rest = ''] = parts
  const digits = '0'.repeat(Math.max(0, -places)) + whole + rest + '0'.repeat(Math.max(0, places))
  const point = digits.length - rest.length - Math.max(0, places) + places
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  const right = digits.slice(point).replace(/0+$/, '')
  return sign + left + (right ? `.${right}` : '')
}

/** A share (0.125) as people read it (12.5%). */
export const percent = (value: unknown, language: string, digits?: number): string => {
  const shown = value === null || value === undefined ? '' : number(shift(value, 2), language, digits)
  return shown && `${shown}%`
}

const currencyDigits = cached((_language, currency) => {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
})

export interface Money {
  amount: string | number
  currency: string
}

/** Code first and two or more digits, so that columns line up: "EUR 1,200.00". */
export function money(value: Money | null | undefined, language: string): string {
  if (!value || value.amount === null || value.amount === undefined) return ''
  const text = String(value.amount)
  const written = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
  return `${value.currency} ${number(text, language, Math.max(written, currencyDigits('', value.currency)))}`
}

export function date(value: unknown, language: string): string {
  if (typeof value !== 'string' || !value) return ''
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`)
  return Number.isNaN(day.getTime()) ? value : dates(language).format(day)
}

export function instant(value: unknown, language: string, zone = ''): string {
  if (typeof value !== 'string' || !value) return ''
  const at = new Date(value)
  return Number.isNaN(at.getTime()) ? value : instants(language, zone).format(at)
}

/** "3 hours ago" up to seven days, the date after that. */
export function ago(value: string | undefined, language: string, now = Date.now()): string {
  if (!value) return ''
  const seconds = (new Date(value).getTime() - now) / 1000
  const size = Math.abs(seconds)
  if (Number.isNaN(seconds) || size > 7 * 86_400) return instant(value, language)
  const unit = size < 60 ? 'second' : size < 3600 ? 'minute' : size < 86_400 ? 'hour' : 'day'
  const length = { second: 1, minute: 60, hour: 3600, day: 86_400 }[unit]
  return relative(language).format(Math.round(seconds / length), unit)
}

export function flag(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? String.fromCodePoint(...[...code].map((letter) => 0x1f1a5 + letter.charCodeAt(0))) : ''
}

export function country(code: string, language: string): string {
  try {
    return regions(language).of(code) ?? code
  } catch {
    return code
  }
}

const languageNames = cached((language) => new Intl.DisplayNames([language], { type: 'language', languageDisplay: 'standard' }))

/** A language by its BCP 47 tag: "German (Switzerland)". */
export function languageName(tag: string, language: string): string {
  try {
    return languageNames(language).of(tag) ?? tag
  } catch {
    return tag
  }
}

const clocks = cached(
  (language, zone) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone }),
)

/** What the clocks of a zone show now. */
export function timeIn(zone: string, language: string, now: number): string {
  try {
    return clocks(language, zone).format(now)
  } catch {
    return ''
  }
}

/** Countries by name in this language: every region that Intl knows by its own name. */
export const countries = cached((language) => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const skip = new Set([
    'EU',
    'EZ',
    'UN',
    'QO',
    'ZZ',
    'XA',
    'XB',
    'SU',
    'DD',
    'YD',
    'YU',
    'CS',
    'AN',
    'BU',
    'CT',
    'DY',
    'FQ',
    'FX',
    'HV',
    'JT',
    'MI',
  ])
  for (const old of ['NH', 'NQ', 'NT', 'PC', 'PU', 'PZ', 'RH', 'TP', 'UK', 'VD', 'WK', 'ZR']) skip.add(old)
  const found = letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !skip.has(code))
    .map((code) => ({ code, name: country(code, language) }))
    .filter(({ code, name }) => name !== code)
  return found.sort((one, two) => one.name.localeCompare(two.name, language))
})

/** E.164 in groups that can be read aloud: the country part, then threes and fours. */
export function phone(value: string): string {
  const digits = /^\+(\d{5,15})$/.exec(value)?.[1]
  if (!digits) return value
  const length = /^[17]/.test(digits) ? 1 : /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits) ? 2 : 3
  const rest = digits.slice(length)
  const parts =
    rest.length > 9 ? [rest.slice(0, 3), rest.slice(3, 7), rest.slice(7)] : (rest.match(/\d{1,3}(?!\d$)|\d{1,4}/g) ?? [rest])
  return `+${digits.slice(0, length)} ${parts.filter(Boolean).join(' ')}`
}

export function bytes(size: number, language: string): string {
  const unit = size < 1024 ? 0 : size < 1024 ** 2 ? 1 : size < 1024 ** 3 ? 2 : 3
  return `${number((size / 1024 ** unit).toFixed(unit ? 1 : 0), language)} ${['B', 'KB', 'MB', 'GB'][unit]}`
}
