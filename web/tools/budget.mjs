// Fails when the first visit of the shell or of a page costs more than its budget, gzipped, by the manifest's static import closure.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../src/tradewind/edge/static')
const manifest = JSON.parse(readFileSync(join(root, '.vite/manifest.json'), 'utf8'))
const sizes = new Map()
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(root, file)), { level: 9 }).length)
  return sizes.get(file)
}
const closure = (key, files = new Set(), seen = new Set()) => {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) closure(next, files, seen)
  return files
}
const kib = (files) => [...files].reduce((total, file) => total + size(file), 0) / 1024
const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry)
let failed = false
const report = (name, files, limit) => {
  const total = kib(files)
  failed ||= total > limit
  console.log(`${total > limit ? 'OVER' : 'ok  '} ${total.toFixed(1).padStart(7)} KiB of ${limit}  ${name}`)
}
for (const entry of entries) {
  const shell = closure(entry)
  report(`shell ${entry}`, shell, 320)
  for (const page of Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && key.startsWith('apps/')))
    report(page, closure(page, new Set(shell)), 550)
}
process.exit(failed ? 1 : 0)
