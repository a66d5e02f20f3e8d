import { expect, test } from 'vitest'
import { docOf, fromProposal, linkField, mapsOf, renameObject, toggle } from '../apps/studio/excel/model'
import {
  addTarget,
  assign,
  bare,
  type Context,
  isUsed,
  missingIn,
  offered,
  putStep,
  removeTarget,
  replaceCells,
  setField,
  setTarget,
  usesOf,
} from '../apps/studio/import/model'
import { distance, nearest } from '../apps/studio/import/nearest'
import type { FileColumn, ImportMap, Sheet } from '../apps/studio/import/server'
import { rangeOf } from '../apps/studio/list/range'
import type { Catalog, Field, ObjectType } from '../ui/catalog'

const field = (key: string, type: string, more: Partial<Field> = {}): Field => ({
  key,
  type,
  labels: { en: key },
  options: {},
  state: 'write',
  ...more,
})
const object = (key: string, ...fields: Field[]): ObjectType => ({
  key,
  labels: { en: key },
  icon: 'table',
  title: 'name',
  create: true,
  export: true,
  fields,
})
const catalog = {
  objects: {
    customer: object(
      'customer',
      field('name', 'text', { required: true }),
      field('code', 'text', { unique: true }),
      field('country', 'country'),
    ),
    contact: object(
      'contact',
      field('name', 'text', { required: true }),
      field('customer', 'relation', { options: { target: 'customer' } }),
      field('since', 'date'),
    ),
  },
} as unknown as Catalog
const context: Context = { catalog, zone: 'Asia/Shanghai' }
const column = (name: string, guess: Partial<FileColumn['guess']> = {}): FileColumn => ({
  name,
  header: name,
  place: 0,
  filled: 1,
  distinct: 1,
  examples: [],
  guess: { type: 'text', options: {}, confidence: 1, ...guess },
})
const empty: ImportMap = { key: 'k', sheet: '', targets: [{ object: 'customer', fields: {} }] }

test('a column goes to another field and its settings stay where the kind of field is the same', () => {
  const first = assign(empty, column('A'), undefined, { target: 0, field: 'name' }, context)
  const cut = setField(
    first,
    { target: 0, field: 'name' },
    putStep({ column: 'A' }, 'split', { kind: 'split', by: ',', part: 2 }),
  )
  const moved = assign(cut, column('A'), { target: 0, field: 'name' }, { target: 0, field: 'code' }, context)
  expect(usesOf(moved, 'A')).toEqual([{ target: 0, field: 'code' }])
  expect(moved.targets[0]?.fields.code?.transforms).toEqual([{ kind: 'split', by: ',', part: 2 }])
  const other = assign(moved, column('A'), { target: 0, field: 'code' }, { target: 0, field: 'country' }, context)
  expect(other.targets[0]?.fields.country?.transforms?.map((step) => step.kind)).toEqual(['collapse', 'country'])
  expect(usesOf(assign(other, column('A'), { target: 0, field: 'country' }, undefined, context), 'A')).toEqual([])
})

test('match keys go with their fields, and the rule for records that exist with the last of them', () => {
  const filled = assign(empty, column('No'), undefined, { target: 0, field: 'code' }, context)
  const keyed = setTarget(filled, 0, { match: ['code'], existing: 'update' })
  expect(keyed.targets[0]?.existing).toBe('update')
  const cleared = setField(keyed, { target: 0, field: 'code' }, undefined)
  expect(cleared.targets[0]).toMatchObject({ match: [], existing: 'keep' })
})

test('a second object is put behind what it points at, and takes free columns', () => {
  const contacts: ImportMap = { key: 'k', targets: [{ object: 'contact', fields: { name: { column: 'Person' } } }] }
  const suggested = { code: { column: 'No' }, name: { column: 'Person' } }
  const both = addTarget(contacts, 'customer', catalog, suggested)
  expect(both.targets.map((target) => target.object)).toEqual(['customer', 'contact'])
  expect(both.targets[1]?.fields.customer).toEqual({ record: 'customer' })
  expect(both.targets[0]?.fields).toEqual({ code: { column: 'No' } })
  const one = removeTarget(both, 0)
  expect(one.targets.map((target) => Object.keys(target.fields))).toEqual([['name']])
  const twice = addTarget(both, 'contact', catalog)
  expect(twice.targets.map((target) => target.name || target.object)).toEqual(['customer', 'contact', 'contact_2'])
})

test('a linked object is offered where free columns fill what it must have', () => {
  const map: ImportMap = { key: 'k', sheet: 'S', targets: [{ object: 'customer', fields: { name: { column: 'Company' } } }] }
  const proposed = (fields: Record<string, { column: string }>) => [
    {
      object: 'contact',
      sheet: 'S',
      score: 1,
      source: 'suggested' as const,
      name: '',
      map: { key: 'contact', targets: [{ object: 'contact', fields }] },
    },
  ]
  expect(offered(proposed({ name: { column: 'Person' }, since: { column: 'Since' } }), map, 'S', context)).toEqual({
    object: 'contact',
    count: 2,
  })
  expect(offered(proposed({ name: { column: 'Company' }, since: { column: 'Since' } }), map, 'S', context)).toBeUndefined()
  expect(offered(proposed({ since: { column: 'Since' }, customer: { column: 'C' } }), map, 'S', context)).toBeUndefined()
  expect(offered(proposed({ name: { column: 'Person' }, since: { column: 'Since' } }), map, 'Other', context)).toBeUndefined()
})

test('what must be filled is said until it is, unless records are only updated', () => {
  const target = { object: 'customer', fields: {} }
  expect(missingIn(target, catalog.objects.customer).map((one) => one.key)).toEqual(['name'])
  expect(
    missingIn({ ...target, fields: { code: { column: 'A' } }, match: ['code'], existing: 'update' }, catalog.objects.customer),
  ).toEqual([])
})

test('steps of a value keep the order in which they need one another', () => {
  let value = putStep({ column: 'A' }, 'number', { kind: 'number', decimal: ',' })
  value = putStep(value, 'width', { kind: 'width' })
  value = putStep(value, 'split', { kind: 'split', by: '/', part: -1 })
  expect(value.transforms?.map((step) => step.kind)).toEqual(['split', 'width', 'number'])
  value = putStep(value, 'width', undefined)
  expect(value.transforms?.map((step) => step.kind)).toEqual(['split', 'number'])
})

test('replacements are added to those there are, for every field of the column', () => {
  const map: ImportMap = {
    key: 'k',
    targets: [
      {
        object: 'customer',
        fields: { country: { column: 'C', transforms: [{ kind: 'replace', values: { x: 'DE' } }] }, name: { column: 'C' } },
      },
    ],
  }
  const next = replaceCells(map, 'C', { y: 'FR' })
  expect(next.targets[0]?.fields.country?.transforms).toEqual([{ kind: 'replace', values: { x: 'DE', y: 'FR' } }])
  expect(next.targets[0]?.fields.name?.transforms).toEqual([{ kind: 'replace', values: { y: 'FR' } }])
})

test('dates begin with the order the file shows', () => {
  const given = addTarget(empty, 'contact', catalog)
  const made = assign(
    given,
    column('D', { type: 'date', day_first: true, formats: ['%d %b %Y', 'serial'] }),
    undefined,
    { target: 1, field: 'since' },
    context,
  )
  expect(made.targets[1]?.fields.since?.transforms).toContainEqual({
    kind: 'date',
    order: 'dmy',
    formats: ['%d %b %Y', 'serial'],
  })
})

test('a column is used by templates, currencies, owners and conditions too', () => {
  const map: ImportMap = {
    key: 'k',
    targets: [
      {
        object: 'customer',
        when: 'W',
        owner: { column: 'O' },
        fields: { name: { template: '{First} {Last}' }, code: { column: 'P', as: { kind: 'amount', column: 'Cur' } } },
      },
    ],
  }
  expect(['W', 'O', 'First', 'Last', 'P', 'Cur', 'Other'].map((name) => isUsed(map, name))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
    false,
  ])
})

test('what the server fills in with nothing makes no difference', () => {
  const sent = { key: 'k', targets: [{ object: 'customer', fields: { name: { column: 'A', transforms: [] } } }] }
  const kept = {
    key: 'k',
    sheet: '',
    rules: false,
    version: 1,
    citation: '',
    targets: [
      {
        object: 'customer',
        name: '',
        match: [],
        existing: 'keep',
        on_empty: 'leave',
        when: '',
        owner: null,
        fields: { name: { column: 'A', template: '', constant: null, transforms: [], as: null } },
      },
    ],
  }
  expect(bare(sent)).toEqual(bare(kept))
  expect(bare({ constant: 0 })).toEqual({ constant: 0 })
})

test('misspelt names find what they mean, and nothing where it is not clear', () => {
  expect([distance('frnace', 'france', 2), distance('italy', 'malta', 2), distance('', 'abc', 2)]).toEqual([1, 3, 3])
  const country = field('c', 'country')
  expect(['Frnace', 'Deutschand', 'Itlay', 'Atlantis', 'Ira'].map((text) => nearest(country, text))).toEqual([
    'FR',
    'DE',
    'IT',
    undefined,
    undefined,
  ])
  const grade = field('g', 'select', {
    options: {
      options: [
        { key: 'high', labels: { en: 'Important' } },
        { key: 'low', labels: { en: 'Ordinary' } },
      ],
    },
  })
  expect(nearest(grade, 'importent')).toBe('high')
  expect(nearest(field('t', 'text'), 'Frnace')).toBeUndefined()
})

test('a range is more than a word', () => {
  expect(rangeOf('a\tb\n1\t2\n')).toEqual({ rows: 1, columns: 2, first: ['a', 'b'] })
  expect(rangeOf('name\nAcme\nBeta')).toEqual({ rows: 2, columns: 1, first: ['name'] })
  expect([rangeOf('hello'), rangeOf('two\nlines'), rangeOf('')]).toEqual([null, null, null])
})

const proposal = {
  objects: [
    {
      sheet: 'Fairs',
      definition: {
        kind: 'object' as const,
        key: 'fair',
        labels: {},
        title: 'name',
        fields: [{ key: 'name', type: 'text', labels: {} }],
      },
      fields: [{ field: 'name', column: 'Fair' }],
      left_out: [],
    },
    {
      sheet: 'Visitors',
      definition: {
        kind: 'object' as const,
        key: 'visitor',
        labels: {},
        title: 'name',
        fields: [
          { key: 'name', type: 'text', labels: {} },
          { key: 'fair', type: 'relation', labels: {}, options: { target: 'fair' } },
        ],
      },
      fields: [
        { field: 'name', column: 'Visitor' },
        { field: 'fair', column: 'At' },
      ],
      left_out: ['No'],
    },
  ],
  maps: [
    { key: 'fair', sheet: 'Fairs', targets: [{ object: 'fair', fields: { name: { column: 'Fair' } } }] },
    {
      key: 'visitor',
      sheet: 'Visitors',
      targets: [{ object: 'visitor', fields: { name: { column: 'Visitor' }, fair: { column: 'At', find: { by: 'name' } } } }],
    },
  ],
}
const sheets = [
  { name: 'Fairs', rows: 1, columns: [column('Fair')] },
  { name: 'Visitors', rows: 1, columns: [column('Visitor'), column('At'), column('No')] },
] as unknown as Sheet[]
const maps = (objects: ReturnType<typeof fromProposal>) => mapsOf(objects, ['Fairs', 'Visitors'], sheets, catalog, 'UTC')

test('an object under another key keeps its links, and its map follows', () => {
  const objects = renameObject(fromProposal(proposal), 'fair', 'trade_fair')
  expect(docOf(objects).visitor?.fields[1]?.options).toEqual({ target: 'trade_fair' })
  const [fairs, visitors] = maps(objects)
  expect(fairs?.targets[0]?.object).toBe('trade_fair')
  expect(visitors?.targets[0]?.fields.fair?.find).toEqual({ by: 'name', create: false })
})

test('a sheet that is left out makes links to it text, and back again', () => {
  const without = toggle(fromProposal(proposal), 'fair', false)
  expect(docOf(without).visitor?.fields[1]?.type).toBe('text')
  expect(maps(without).map((map) => map.sheet)).toEqual(['Visitors'])
  expect(maps(without)[0]?.targets[0]?.fields.fair?.find).toBeUndefined()
  expect(docOf(toggle(without, 'fair', true)).visitor?.fields[1]).toMatchObject({ type: 'relation', options: { target: 'fair' } })
  expect(docOf(linkField(fromProposal(proposal), 'visitor', 'fair', false)).visitor?.fields[1]?.type).toBe('text')
})
