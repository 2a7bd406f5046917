"""The tables of docs/bench.md and docs/models.md, written between two marks of each.

python -m tests.bench.report
"""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NUMBERS = ROOT / "docs" / "bench.json"
BENCH_PAGE = ROOT / "docs" / "bench.md"
MODELS_PAGE = ROOT / "docs" / "models.md"

# Label, format, the numbers that go into it, and the target it is measured against.
TABLE: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "pointer event → digit drawn, p50 / p95",
        "{:.1f} / {:.1f} ms",
        ("hover_p50_ms", "hover_p95_ms"),
        "1.5 / 4 ms",
    ),
    (
        "pointer event → ten class digits drawn, p50 / p95",
        "{:.1f} / {:.1f} ms",
        ("ten_digits_p50_ms", "ten_digits_p95_ms"),
        "3 / 8 ms",
    ),
    (
        "pointer event → digit drawn, p50: in a frame / in <latent-atlas> of another host",
        "{:.1f} / {:.1f} ms",
        ("embedded_frame_p50_ms", "embedded_element_p50_ms"),
        "1.5 × the page’s own",
    ),
    (
        "the same in JupyterLab",
        "{:.1f} ms",
        ("embedded_notebook_p50_ms",),
        "1.5 × the page’s own",
    ),
    ("pen event → reconstruction drawn, p95", "{:.1f} ms", ("pen_p95_ms",), "8 ms"),
    ("a slider of ten → digit drawn, p95", "{:.1f} ms", ("slider_p95_ms",), "8 ms"),
    (
        "pointer event → digit drawn, p95, the slowest of all models of digits",
        "{:.1f} ms",
        ("slowest_model_p95_ms",),
        "8 ms",
    ),
    (
        "a lattice of 20 × 20 digits, p50 / longest main-thread task",
        "{:.0f} / {:.0f} ms",
        ("lattice_p50_ms", "longest_task_lattice_ms"),
        "60 / 50 ms (0: none over 50)",
    ),
    (
        "z → 64 × 64 × 3 face drawn, no GPU, p50 / p95, the slowest model",
        "{:.1f} / {:.1f} ms",
        ("face_p50_ms", "face_p95_ms"),
        "16 ms",
    ),
    ("bytes until the first live digit, cold", "{:,.0f}", ("cold_bytes",), "3,800,000"),
    (
        "first picture / first live digit, cold",
        "{:.0f} / {:.0f} ms",
        ("first_picture_ms", "first_live_digit_ms"),
        "500 / 2000 ms",
    ),
    (
        "first digit under the pointer at 10 Mbit/s, 40 ms: from the lattice / the model",
        "{:.2f} / {:.2f} s",
        ("first_lattice_10_mbit_s", "first_model_10_mbit_s"),
        "1.0 / 3.2 s",
    ),
    (
        "the same at 1.6 Mbit/s, 150 ms",
        "{:.1f} / {:.1f} s",
        ("first_lattice_1.6_mbit_s", "first_model_1.6_mbit_s"),
        "3.5 / 15.5 s",
    ),
    (
        "time stamp of the pointer's event → digit drawn, one move each 16 ms, p50 / p95",
        "{:.1f} / {:.1f} ms",
        ("stamp_16_p50_ms", "stamp_16_p95_ms"),
        "1.2 / 3 ms",
    ),
    (
        "the same, one move each 70 ms",
        "{:.1f} / {:.1f} ms",
        ("stamp_70_p50_ms", "stamp_70_p95_ms"),
        "1.2 / 3 ms",
    ),
    (
        "moves whose digit is drawn before the frame that they are seen in",
        "{:.0f} / {:.0f} %",
        ("stamp_16_in_frame_percent", "stamp_70_in_frame_percent"),
        "95 %",
    ),
    (
        "longest main-thread task, loading / hovering",
        "{:.0f} / {:.0f} ms",
        ("longest_task_loading_ms", "longest_task_hovering_ms"),
        "50 ms (0: none over 50)",
    ),
    (
        "Lighthouse, mobile / desktop: performance",
        "{:.0f} / {:.0f}",
        ("lighthouse_mobile_performance", "lighthouse_desktop_performance"),
        "95",
    ),
    (
        "the same: accessibility",
        "{:.0f} / {:.0f}",
        ("lighthouse_mobile_accessibility", "lighthouse_desktop_accessibility"),
        "95",
    ),
    (
        "the same: best practices",
        "{:.0f} / {:.0f}",
        ("lighthouse_mobile_best_practices", "lighthouse_desktop_best_practices"),
        "95",
    ),
    (
        "memory of the page's script, all sections live / after ten minutes of use",
        "{:.0f} / {:.0f} MB",
        ("memory_heap_settled_megabytes", "memory_heap_end_megabytes"),
        "flat",
    ),
    (
        "the same of all the browser's processes",
        "{:.0f} / {:.0f} MB",
        ("memory_processes_settled_megabytes", "memory_processes_end_megabytes"),
        "flat",
    ),
    (
        "a frame of 60,000 moving points / of regl-scatterplot's, share",
        "{:.0f} / {:.0f} ms, {:.2f}",
        ("scatter_frame_ms", "regl_scatterplot_frame_ms", "scatter_share"),
        "0.5",
    ),
    (
        "a frame of 60,000 moving points of 1,000 classes / of 10, p95",
        "{:.0f} / {:.0f} ms",
        ("scatter_1000_classes_p95_ms", "scatter_10_classes_p95_ms"),
        "1.2 × that of 10",
    ),
    (
        "a frame of a million moving points (no GPU)",
        "{:.0f} ms",
        ("scatter_million_frame_ms",),
        "usable",
    ),
    ("`vae-2` decoder over the wire", "{:,.0f} bytes", ("decoder_wire_bytes",), "2,000,000"),
    (
        "the whole release / as git keeps it",
        "{:,.0f} / {:,.0f} bytes",
        ("release_bytes", "release_bytes_in_git"),
        "60,000,000 in git",
    ),
    (
        "`vae-2` test ELBO / 500-sample bound",
        "{:.2f} / {:.2f} nats",
        ("vae_2_elbo", "vae_2_log_likelihood"),
        "−133.5 / −131.5",
    ),
    ("`label-decoder-vae-2` test ELBO", "{:.2f} nats", ("label_decoder_elbo",), "above `vae-2`"),
    (
        "encode on the server, 32 clients: requests/s, p99",
        "{:,.0f}/s, {:.0f} ms",
        ("encode_requests_per_second", "encode_p99_ms"),
        "1,500/s, 50 ms",
    ),
    (
        "training 784-400-20, batch 128, in the faster precision, against the plain way in float32",
        "{:,.0f} images/s ({}), {:.2f}×",
        ("ours_128_images_per_second", "precision", "speedup_128"),
        "2.5×",
    ),
    (
        "the same, batch 1024: share of float32's matrix-product rate",
        "{:,.0f} images/s ({}), {:.0%}",
        ("ours_1024_images_per_second", "precision", "share_of_product_rate_1024"),
        "85 %",
    ),
    ("largest memory of training MNIST", "{:,.0f} MB", ("training_peak_megabytes",), "2,000 MB"),
    (
        "evaluating one model, 500 importance samples",
        "{:.0f} s",
        ("evaluate_seconds",),
        "60 s",
    ),
    ("exporting every model", "{:.0f} s", ("export_seconds",), "180 s"),
)


def rows(numbers: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, measured value and target of each number that was measured."""
    found = []
    for label, form, keys, target in TABLE:
        if all(key in numbers for key in keys):
            text = re.sub(r"(?<!\w)-(?=\d)", "−", form.format(*(numbers[key] for key in keys)))
            found.append((label, text, target))
    return found


def _measured_at(commits: dict[str, str]) -> str:
    """Return the commits at which parts of the bench were measured; nothing where none is known."""
    parts: dict[str, list[str]] = {}
    for part, commit in commits.items():
        parts.setdefault(commit, []).append(part)
    if len(parts) == 1:
        return f", at commit `{next(iter(parts))}`"
    named = (f"`{commit}` ({', '.join(own)})" for commit, own in parts.items())
    return f", at commits {'; '.join(named)}" if parts else ""


def bench_table(numbers: dict[str, Any]) -> str:
    """Return the table as Markdown, after a line on the machine and the commit."""
    cores = f" with {numbers['cores']} cores" if "cores" in numbers else ""
    where = f"What it measures on a machine{cores} and no GPU, in headless Chromium"
    lines = [f"{where}{_measured_at(numbers.get('commits', {}))}:", ""]
    lines += ["| what | measured | target |", "| --- | --- | --- |"]
    lines += [f"| {label} | {value} | {target} |" for label, value, target in rows(numbers)]
    return "\n".join(lines)


def models_table(manifest: dict[str, Any]) -> str:
    """Return the release's models as a Markdown table."""
    lines = [
        "| model | dataset | label given to | test ELBO | 500-sample bound | epochs | minutes |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    conditioning = {"none": "–", "decoder": "decoder", "both": "encoder and decoder"}
    for model in manifest["models"]:
        metrics = model["metrics"]
        # Autoencoders and the models of faces have no likelihood.
        likelihoods = (
            f"{metrics[name]:.2f}".replace("-", "−") if name in metrics else "–"
            for name in ("test_elbo", "log_likelihood")
        )
        cells = (
            f"`{model['id']}`",
            model["dataset"],
            "prior" if model["kind"] == "target-means-vae" else conditioning[model["condition"]],
            *likelihoods,
            str(metrics["epochs"]),
            f"{metrics['train_seconds'] / 60:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def current_manifest() -> dict[str, Any]:
    """Return the manifest of the shipped release."""
    models = ROOT / "static" / "models"
    release = json.loads((models / "current.json").read_text())["release"]
    manifest: dict[str, Any] = json.loads(
        (models / "releases" / release / "manifest.json").read_text()
    )
    return manifest


def _between(text: str, mark: str, content: str) -> str:
    """Replace what stands between the two marks called `mark`."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, rest = text.split(begin)
    tail = rest.split(end)[1]
    return f"{head}{begin}\n{content}\n{end}{tail}"


def pages(numbers: dict[str, Any], manifest: dict[str, Any]) -> dict[Path, str]:
    """Return both pages with their tables made anew."""
    tables = (
        (BENCH_PAGE, "bench", bench_table(numbers)),
        (MODELS_PAGE, "models", models_table(manifest)),
    )
    return {path: _between(path.read_text(), mark, content) for path, mark, content in tables}


if __name__ == "__main__":
    for page, text in pages(json.loads(NUMBERS.read_text()), current_manifest()).items():
        page.write_text(text)
