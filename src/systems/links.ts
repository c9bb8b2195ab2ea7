// Addresses as people may see them: without user, password, query and trailing slash.

export function publicBase(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
