// Collects the licences of the packages that end up in the page, in one file that its foot links.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FILE = "third-party-notices.txt";
const TEXTS = /^(licen[cs]e|copying|notice|third.?party)/i;
/** The folder of a package, with or without a scope, in a module's path. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
/** Carries no licence text; that of the Python package covers what is compiled into both. */
const RUNTIME = "onnxruntime-web";
const PYTHON = join(import.meta.dirname, "../.venv/lib");

interface Notices {
  /** Of the page; writes the file. */
  page: Plugin;
  /** Of the scripts of its workers, which are bundled apart. */
  workers: Plugin;
}

export function thirdPartyNotices(): Notices {
  const folders = new Set<string>();
  const collect: Plugin["generateBundle"] = (_, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      for (const id of file.moduleIds) {
        const [folder] = PACKAGE.exec(id) ?? [];
        if (folder !== undefined) folders.add(folder);
      }
    }
  };
  return {
    workers: { name: "third-party-notices-of-workers", generateBundle: collect },
    page: {
      name: "third-party-notices",
      applyToEnvironment: ({ name }) => name === "client",
      generateBundle(options, bundle, isWrite) {
        collect.call(this, options, bundle, isWrite);
        const source = [...folders].sort().map(notice).join("\n");
        this.emitFile({ type: "asset", name: FILE, originalFileName: FILE, source });
      },
    },
  };
}

/** @throws Error when a package is bundled that comes without the text of its licence. */
function notice(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = licenceTexts(about.name === RUNTIME ? pythonRuntime() : folder);
  if (texts.length === 0) throw new Error(`${about.name} is bundled, but has no licence text.`);
  const title = `${about.name} ${about.version} (${about.license})`;
  return [`${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n`, ...texts].join("\n");
}

function licenceTexts(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => TEXTS.test(name));
  return names.sort().map((name) => `${readFileSync(join(folder, name), "utf8").trim()}\n`);
}

function pythonRuntime(): string {
  const [version] = readdirSync(PYTHON).filter((name) => name.startsWith("python3"));
  return join(PYTHON, version ?? "", "site-packages/onnxruntime");
}
