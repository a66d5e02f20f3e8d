import { expect, test } from 'vitest'
import { ago, country, date, flag, money, number, percent, phone, shift } from '../ui/format'

test('money keeps every digit and the usual places of its currency', () => {
  expect(money({ amount: '1234.5', currency: 'EUR' }, 'en')).toBe('EUR 1,234.50')
  expect(money({ amount: '1200', currency: 'JPY' }, 'en')).toBe('JPY 1,200')
  expect(number('12345678901234567.89', 'en', 2)).toBe('12,345,678,901,234,567.89')
})

test('countries have a flag and a name in the language', () => {
  expect(flag('DE')).toBe('🇩🇪')
  expect(country('DE', 'zh-CN')).toBe('德国')
})

test('a date is the same day everywhere', () => {
  expect(date('2026-03-01', 'en')).toBe('03/01/2026')
})

test('recent times are relative and old ones are dates', () => {
  const now = Date.parse('2026-03-08T12:00:00Z')
  expect(ago('2026-03-08T10:00:00Z', 'en', now)).toBe('2 hours ago')
  expect(ago('2026-02-01T10:00:00Z', 'en', now)).toContain('2026')
})

test('phone numbers read in groups and keep their digits', () => {
  expect(phone('+8613812345678')).toBe('+86 138 1234 5678')
  expect(phone('+4940123456').replace(/\s/g, '')).toBe('+4940123456')
})

test('a share is read as a percentage and written back exactly', () => {
  expect(percent('0.125', 'en')).toBe('12.5%')
  expect([shift('12.5', -2), shift('0.125', 2), shift('-1', -2), shift('1', 2), shift('x', 2)]).toEqual([
    '0.125',
    '12.5',
    '-0.01',
    '100',
    'x',
  ])
})
