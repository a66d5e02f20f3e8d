/** Reference lists of the server (languages, zones, subdivisions, tax schemes …), each asked for once a language and country. */
import { useQuery } from '@tanstack/react-query'
import { request } from './api'
import { useWords } from './i18n'

export interface Entry {
  code: string
  name: string
  country?: string
}

export interface AddressFormat {
  code: string
  parts: ('city' | 'subdivision' | 'postcode')[]
  required: string[]
  subdivision: string
}

function useList<T>(list: string, country: string, wanted: boolean): T[] | undefined {
  const { language } = useWords()
  const query = new URLSearchParams({ language, ...(country ? { country } : {}) })
  return useQuery({
    queryKey: ['reference', list, language, country],
    queryFn: () => request<T[]>('GET', `/api/reference/${list}?${query}`),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: wanted,
  }).data
}

export const useReference = (list: string, country = '', wanted = true): Entry[] | undefined =>
  useList<Entry>(list, country, wanted)

export const useAddressFormat = (country: string): AddressFormat | undefined =>
  useList<AddressFormat>('address-formats', country, country !== '')?.[0]
