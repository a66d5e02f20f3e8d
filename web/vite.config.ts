import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const kebab = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()

/** `import { X } from 'antd'` becomes a deep import, so that a page pays only for what it uses. */
const deepImports = {
  name: 'deep-imports',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    if (id.includes('node_modules') || !/\.tsx?$/.test(id)) return
    return code.replace(/import \{([^}]+)\} from 'antd'/g, (_whole, names: string) =>
      names
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean)
        .map((name) => `import ${name} from 'antd/es/${kebab(name)}'`)
        .join(';'),
    )
  },
}

export default defineConfig({
  plugins: [deepImports, react()],
  base: '/',
  build: {
    outDir: '../src/tradewind/edge/static',
    emptyOutDir: true,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 30 },
            { name: 'i18n', test: /node_modules[\\/](i18next|react-i18next)[\\/]/, priority: 20 },
            { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/problems': 'http://127.0.0.1:8000' } },
  test: { include: ['tests/**/*.test.ts'] },
})
