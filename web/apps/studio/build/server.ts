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

export type FieldTypes = Record<string, { group: string; schema: Schema; forms: string[] }>

const list = () => request<Listed[]>('GET', '/api/definitions?retired=true')
const types = () => request<FieldTypes>('GET', '/api/field-types')

export const useDefinitions = () => useQuery({ queryKey: ['definitions'], queryFn: list })
export const useFieldTypes = () => useQuery({ queryKey: ['field-types'], queryFn: types, staleTime: Number.POSITIVE_INFINITY })
