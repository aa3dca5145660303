"""The page: charts drawn once as SVG for paper and readers without scripts, then live."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from importlib import resources
from importlib.metadata import version
from typing import Any

import jinja2
import vl_convert
from altair.utils import schemapi
from markupsafe import Markup

from realpolitik import cache
from realpolitik.report import words
from realpolitik.report.maps import ATLAS
from realpolitik.report.parts import Chart
from realpolitik.report.record import Assessment
from realpolitik.report.sections import sections
from realpolitik.report.style import CLASSES, CONFIG, CUTS

_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def render(record: Assessment) -> str:
    """Return ``report.html``: one file that asks nothing of the network."""
    with schemapi.debug_mode(False):  # the specifications are checked by the tests, not each time
        parts = sections(record)
        charts = [chart for part in parts for chart in part.charts]
        specs = {chart.key: _spec(chart) for chart in charts}
    atlas = {name: rows for c in charts for name, rows in c.drawing.rows.items() if name in ATLAS}
    scripts = (vega_bundle(), _static("page.js"))
    template = _environment().get_template("page.html.j2")
    return template.render(
        record=record,
        sections=parts,
        drawn={key: _drawn(key, spec) for key, spec in specs.items()},
        charts=_embeddable({key: _apart(spec) for key, spec in specs.items()}),
        config=_embeddable(CONFIG),
        atlas=_embeddable(atlas),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
        style=Markup(_static("page.css")),
        classes=_classes(),
    )


def _spec(chart: Chart) -> dict[str, Any]:
    spec: dict[str, Any] = chart.drawing.chart.to_dict()
    spec.pop("$schema", None)
    spec["usermeta"] = {"fluid": chart.fluid, "margin": chart.margin}
    spec["datasets"] = chart.drawing.rows
    spec["config"] = CONFIG
    return spec


def _apart(spec: dict[str, Any]) -> dict[str, Any]:
    """Leave out what all charts share: the page holds it once."""
    own = {name: rows for name, rows in spec["datasets"].items() if name not in ATLAS}
    return {key: value for key, value in spec.items() if key != "config"} | {"datasets": own}


def _drawn(key: str, spec: dict[str, Any]) -> Markup:
    """Draw a chart as SVG with colours left to the page.

    Ids are numbered anew: the drawer counts them over all charts it has ever drawn.
    """
    svg = vl_convert.vegalite_to_svg(spec, vl_version=_grammar())
    for number, name in enumerate(dict.fromkeys(re.findall(r'id="(\w+)"', svg))):
        svg = re.sub(rf"(id=\"|url\(#){name}\b", rf"\g<1>{key}-{number}", svg)
    return Markup(svg)


def _grammar() -> str:
    return str(vl_convert.get_vegalite_versions()[-1])


def vega_bundle() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, made once for each version."""
    name = f"vega-{version('vl-convert-python')}-{_grammar()}.js"

    def make() -> bytes:
        script: str = vl_convert.javascript_bundle(_SNIPPET, vl_version=_grammar())
        return script.replace("</script", r"<\/script").encode()

    return cache.remember(name, make).decode()


def _embeddable(content: Any) -> Markup:
    """Write JSON that cannot end the script element it stands in."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _policy(scripts: tuple[str, ...]) -> str:
    """Return the content security policy: these scripts, inline styles, and nothing else."""
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _classes() -> list[dict[str, str]]:
    limits = [f"below {words.signed(CUTS[0])}"]
    limits += [f"{words.signed(a)} to {words.signed(b)}" for a, b in itertools.pairwise(CUTS)]
    limits += [f"above {words.signed(CUTS[-1])}"]
    return [{"fill": fill, "label": text} for fill, text in zip(CLASSES, limits, strict=True)]


def _static(name: str) -> str:
    return resources.files("realpolitik.report").joinpath("static", name).read_text("utf-8")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("realpolitik.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["signed"] = words.signed
    return environment
