import { expect, test } from 'vitest'
import { files, type Incoming, inOrder, proposal, whole } from '../apps/studio/build/files'

const one = (kind: Incoming['kind'], key: string, more: Partial<Incoming>): Incoming => ({
  place: `${kind}s/${key}.json`,
  kind,
  key,
  state: 'changed',
  version: 1,
  before: null,
  ways: {},
  proposed: null,
  problems: [],
  ...more,
})
const body = { kind: 'object' as const, key: 'a' }
const all = [
  one('role', 'sales', { ways: { replace: body }, proposed: 'replace' }),
  one('object', 'own', { ways: { replace: body } }),
  one('object', 'joined', { ways: { replace: body, adopt: body }, proposed: 'adopt' }),
  one('object', 'broken', { state: 'refused' }),
  one('view', 'same', { state: 'same' }),
]

test('what is proposed is taken, and all that can be on request', () => {
  expect(proposal(all)).toEqual({ 'role/sales': 'replace', 'object/joined': 'adopt' })
  expect(whole(all)).toEqual({ 'role/sales': 'replace', 'object/own': 'replace', 'object/joined': 'adopt' })
})

test('objects come before what shows them', () => {
  expect(inOrder(all).map((item) => item.key)).toEqual(['broken', 'joined', 'own', 'same', 'sales'])
})

test('the address asks only for what was wished', () => {
  const wish = { what: 'objects' as const, pack: 'crm', objects: ['order', 'product'], roles: true }
  expect(files.address(wish)).toBe('/api/definitions/export?objects=order&objects=product&roles=true')
  expect(files.address({ ...wish, what: 'pack', roles: false })).toBe('/api/definitions/export?pack=crm')
})
