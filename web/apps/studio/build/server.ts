/** What the object editor asks of the server besides definitions. */
import { useQuery } from '@tanstack/react-query'
import { request } from '../../../ui/api'
import type { Texts } from '../../../ui/catalog'

export interface Listed {
  kind: string
  key: string
  pack: string
  version: number
  retired: boolean
  published_at: string
  author: string | null
  labels: Texts
  icon: string | null
  parent: string
  fields: number
}

export interface Schema {
  type?: string
  format?: string
  default?: unknown
  enum?: string[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  $ref?: string
  $defs?: Record<string, Schema>
}

/** A type as the server describes it: may it name a record, are its values files, does search look into it, and the forms in which its values can be compared. */
export interface FieldTypeShown {
  group: string
  titles: boolean
  files: boolean
  searched: boolean
  forms: string[]
  schema: Schema
}

export type FieldTypes = Record<string, FieldTypeShown>

const list = () => request<Listed[]>('GET', '/api/definitions?retired=true')
const types = () => request<FieldTypes>('GET', '/api/field-types')

export const useDefinitions = () => useQuery({ queryKey: ['definitions'], queryFn: list })
export const useFieldTypes = () => useQuery({ queryKey: ['field-types'], queryFn: types, staleTime: Number.POSITIVE_INFINITY })

/** Whether a field of the type may name its record. */
export function useTitles(): (type: string) => boolean {
  const types = useFieldTypes().data
  return (type) => types?.[type]?.titles ?? false
}
