/** A copy of the built package of a test's own, so that what it loads and kills is nobody else's. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = join(import.meta.dirname, "..", "dist");

/**
 * Copies what dist holds directly into a folder of its own and imports its index; removed after the test. Replace is a
 * text and what stands in its place, as a bundler would write it.
 */
export async function freshCopy(t, { without = [], replace } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "litsession-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of readdirSync(dist, { withFileTypes: true })) {
    if (file.isFile() && !without.includes(file.name)) {
      cpSync(join(dist, file.name), join(folder, file.name));
      if (replace && file.name.endsWith(".js")) {
        writeFileSync(join(folder, file.name), readFileSync(join(dist, file.name), "utf8").replaceAll(...replace));
      }
    }
  }
  return import(pathToFileURL(join(folder, "index.js")));
}
