/** Starts the studio. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { ApiProblem } from '../../ui/api'
import { start } from '../../ui/i18n'
import { Theme } from '../../ui/theme'
import { router } from './router'
import './studio.css'
import './records.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, problem) =>
        count < 2 && !(problem instanceof ApiProblem && problem.body.status >= 400 && problem.body.status < 500),
    },
  },
})

void start().then(() =>
  createRoot(document.getElementById('root') as HTMLElement).render(
    <QueryClientProvider client={queries}>
      <Theme>
        <RouterProvider router={router} />
      </Theme>
    </QueryClientProvider>,
  ),
)
