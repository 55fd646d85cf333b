// Compiles src/*.sol to compiled/<Name>.json, {abi, bytecode} each: the files that the Go package embeds.
// Usage: node compile.mjs [output directory]. The output depends on the sources and package-lock.json only.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, "compiled");
const sourceNames = readdirSync(join(here, "src")).filter((name) => name.endsWith(".sol")).sort();

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    sourceNames.map((name) => [name, { content: readFileSync(join(here, "src", name), "utf8") }]),
  ),
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    // Metadata would put a hash of every comment and path into the code.
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};

const readImport = (path) => ({ contents: readFileSync(join(here, "node_modules", path), "utf8") });
const result = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));

// Warnings about the library are its authors' to mend.
const complaints = (result.errors ?? []).filter(
  ({ severity, sourceLocation }) => severity === "error" || !sourceLocation?.file.startsWith("@"),
);
if (complaints.length > 0) {
  console.error(complaints.map((complaint) => complaint.formattedMessage).join("\n"));
  process.exit(1);
}

mkdirSync(output, { recursive: true });
for (const file of sourceNames) {
  const name = file.slice(0, -".sol".length);
  const { abi, evm } = result.contracts[file][name];
  if (evm.bytecode.object === "") continue; // abstract
  const lines = abi.map((entry) => "    " + JSON.stringify(entry));
  const text = `{\n  "abi": [\n${lines.join(",\n")}\n  ],\n  "bytecode": "0x${evm.bytecode.object}"\n}\n`;
  writeFileSync(join(output, `${name}.json`), text);
}
