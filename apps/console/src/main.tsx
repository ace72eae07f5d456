import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Refused } from './api/client';
import { follow } from './api/live';
import { startTheme } from './frame/theme';
import { router } from './router';
import './theme.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal is an answer; only what got none is asked again.
      retry: (times, error) => !(error instanceof Refused) && times < 5,
      refetchOnWindowFocus: false,
      placeholderData: (before: unknown) => before,
    },
  },
});

startTheme();
void follow(client);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
