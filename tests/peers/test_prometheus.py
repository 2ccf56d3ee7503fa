"""Prometheus itself: it reads what the service says, and the alarms of `deploy/allarmi.yml` ring when they should."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests import ROOT
from tests.conftest import free_port
from tests.documents.test_faults import comes_to_answer
from tests.helpers.waiting import PATIENCE, stopped, tail, until
from tests.peers.venv import tool

RULES = ROOT / "deploy" / "allarmi.yml"
WELL = {
    "omnia_in_servizio": "1+0x30", "omnia_piu_vecchio_in_attesa": "2+0x30", "omnia_documenti_falliti": "0+0x30",
    "omnia_coda": "1+0x30", "omnia_deposito": "1+0x30", "omnia_antivirus": "1+0x30",
    "omnia_worker_con_browser": "2+0x30",
    'omnia_metadata_secondi{fonte="x"}': "3600+0x30", "omnia_certificato_giorni": "300+0x30",
    'omnia_richieste_secondi_count{stato="200"}': "0+600x30", 'omnia_richieste_secondi_count{stato="503"}': "0+1x30",
}  # fmt: skip
RINGS = {
    "OmniaFermo": {"omnia_in_servizio": "0+0x30"},
    "OmniaErrori": {'omnia_richieste_secondi_count{stato="503"}': "0+60x30"},
    "OmniaRicevuteInRitardo": {"omnia_piu_vecchio_in_attesa": "61+60x30"},
    "OmniaDocumentiFalliti": {"omnia_documenti_falliti": "1+0x30"},
    "OmniaDegradato": {"omnia_deposito": "0+0x30"},
    "OmniaAccessiRifiutati": {
        'omnia_accessi_total{porta="oidc",esito="fornitore_non_raggiungibile"}': "0+30x30",
    },
    "OmniaMetadataVecchi": {'omnia_metadata_secondi{fonte="x"}': "172801+60x30"},
    "OmniaCertificatoInScadenza": {"omnia_certificato_giorni": "29+0x30"},
}


def the_alarms() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def test_each_alarm_rings_when_its_fault_is_there_and_no_other(tmp_path: Path) -> None:
    assert list(RINGS) == [rule["alert"] for rule in the_alarms()]
    query = "count by (alertname) (ALERTS{alertstate='firing'})"
    tests = []
    for alarm, fault in {"": {}, **RINGS}.items():
        series = [{"series": name, "values": values} for name, values in (WELL | fault).items()]
        rings = [{"labels": f'{{alertname="{alarm}"}}', "value": 1}] if alarm else []
        asked = [{"expr": query, "eval_time": "20m", "exp_samples": rings}]
        tests.append({"name": alarm or "bene", "interval": "1m", "input_series": series, "promql_expr_test": asked})
    file = tmp_path / "prova.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run([tool("promtool"), "test", "rules", file], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr


def begun(command: list[Any], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out)


async def test_prometheus_reads_the_service(environment: dict[str, str], migrated: None, tmp_path: Path) -> None:
    program = tool("prometheus")
    port, watched, own = free_port(), free_port(), free_port()
    told = {"OMNIA_PORT": str(port), "OMNIA_BASE_URL": f"http://127.0.0.1:{port}", "OMNIA_DATA": str(tmp_path)}
    told |= {"OMNIA_METRICHE": f"127.0.0.1:{watched}"}
    scrape = [{"job_name": "omnia-web", "static_configs": [{"targets": [told["OMNIA_METRICHE"]]}]}]
    config = {"global": {"scrape_interval": "1s"}, "rule_files": [str(RULES)], "scrape_configs": scrape}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [program, f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb"]
    web_command, told = [sys.executable, "-m", "omnia_com", "web"], {**os.environ, **environment, **told}
    web = await asyncio.to_thread(begun, web_command, tmp_path / "web.log", told)
    listens = f"--web.listen-address=127.0.0.1:{own}"
    prometheus = await asyncio.to_thread(begun, [*command, listens], tmp_path / "prometheus.log", dict(os.environ))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            await comes_to_answer(client, 200)
            await client.get("/posso")

            async def counted() -> bool:
                asked = {
                    "query": 'omnia_richieste_secondi_count{percorso="/posso"} and on(instance) omnia_in_servizio == 1'
                }
                try:
                    answer = await client.get(f"http://127.0.0.1:{own}/api/v1/query", params=asked)
                except httpx.TransportError:
                    return False
                return answer.status_code == 200 and bool(answer.json()["data"]["result"])

            await until(counted, lambda: tail(tmp_path / "prometheus.log"))
    finally:
        await asyncio.to_thread(stopped, prometheus)
        await asyncio.to_thread(stopped, web, tmp_path / "web.log")


def test_the_dashboard_asks_for_what_there_is() -> None:
    """Every metric that a panel or an alarm names is one that the service has."""
    from prometheus_client import REGISTRY

    from omnia_com.health import gauges

    said = (ROOT / "deploy" / "grafana.json").read_text()
    asked = [t["expr"] for panel in json.loads(said)["panels"] for t in panel["targets"]]
    asked += [rule["expr"] for rule in the_alarms()]
    there = {s.name for m in REGISTRY.collect() for s in m.samples} | {m.name for m in REGISTRY.collect()}
    there |= {f"omnia_{name}" for name in (*gauges.STATES, *gauges.WORDS)}
    there |= {f"{m.name}{end}" for m in REGISTRY.collect() for end in ("_bucket", "_count", "_sum", "_total")}
    there |= {
        "omnia_in_servizio",
        "omnia_versione",
        "omnia_lavori_in_coda",
        "omnia_metadata_secondi",
        "omnia_certificato_giorni",
    }
    import re

    named = {name for expr in asked for name in re.findall(r"\bomnia_\w+", expr)}
    assert named - there == set()
