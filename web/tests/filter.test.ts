import { expect, test } from 'vitest'
import { appendAt, complete, conditions, type Filter, nextSort, readSort, replaceAt, writeSort } from '../ui/filter/model'

const tree: Filter = {
  op: 'and',
  of: [
    { op: 'eq', field: 'a', value: '1' },
    { op: 'or', of: [{ op: 'empty', field: 'b' }] },
  ],
}
const none = (op: string) => op === 'empty'

test('a node deep in the tree is replaced and the rest stays', () => {
  const next = replaceAt(tree, [1, 0], { op: 'eq', field: 'b', value: 2 })
  expect(next.of?.[1]?.of?.[0]).toEqual({ op: 'eq', field: 'b', value: 2 })
  expect(tree.of?.[1]?.of?.[0]?.op).toBe('empty')
})

test('conditions without a value are not sent and single groups are unwrapped', () => {
  expect(
    complete(
      {
        op: 'and',
        of: [
          { op: 'eq', field: 'a' },
          { op: 'or', of: [{ op: 'empty', field: 'b' }] },
        ],
      },
      none,
    ),
  ).toEqual({ op: 'empty', field: 'b' })
  expect(complete({ op: 'and', of: [{ op: 'eq', field: 'a', value: '' }] }, none)).toBeUndefined()
})

test('an added condition counts', () => {
  expect(conditions(appendAt(tree, [1], { op: 'eq', field: 'c', value: 1 }))).toBe(3)
})

test('a sort survives its address and walks up, down, none', () => {
  expect(writeSort(readSort('a,-b'))).toBe('a,-b')
  const up = nextSort([], 'a', false)
  const down = nextSort(up, 'a', false)
  expect([up, down, nextSort(down, 'a', false)]).toEqual([[{ field: 'a' }], [{ field: 'a', descending: true }], []])
})
