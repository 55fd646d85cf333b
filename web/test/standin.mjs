/** Builds the stand-in module once per test process and gives its bytes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function buildStandin() {
  const folder = mkdtempSync(join(tmpdir(), "standin-"));
  try {
    const file = join(folder, "standin.wasm");
    execFileSync("go", ["build", "-ldflags=-s -w", "-o", file, "./standin"], {
      cwd: import.meta.dirname,
      env: { ...process.env, GOOS: "js", GOARCH: "wasm" },
      stdio: "inherit",
    });
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
