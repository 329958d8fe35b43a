import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Makes files with this content, and folders where the name ends with a slash. */
export async function plant(folder: string, contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name)
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) await writeFile(path, content)
  }
}
