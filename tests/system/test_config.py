"""docker-compose.yml as both generations of Compose understand it. Needs their programs, but no daemon."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.compose import FILE, NEEDS_COMPOSE, ROOT, Compose, clean_environment, generation_one
from tools.env import read

pytestmark = NEEDS_COMPOSE

SERVICES = {
    "preflight", "postgres", "sim", "redis", "redash-init", "redash-server", "redash-scheduler", "redash-worker",
    "redash-publish", "jupyter",
}  # fmt: skip
EVENTS = {"kafka", "kafka-producer", "kafka-consumer"}
AIRFLOW = {"airflow-init", "airflow-api", "airflow-scheduler", "airflow-dag-processor"}
REPLICA = {"mysql", "connect"}
SPARK = {"spark-master", "spark-worker", "spark-connect"}
PUBLISHERS = {"redash-publish-pipeline", "redash-publish-marts"}
PROFILES = {"events": EVENTS, "pipeline": EVENTS | REPLICA | AIRFLOW | SPARK | PUBLISHERS}
MOST_MB = {"airflow-scheduler": 1024, "connect": 1280, "spark-master": 384, "spark-worker": 1536, "spark-connect": 1024}
ONE_SHOTS = {"preflight", "redash-init", "redash-publish", "airflow-init"} | PUBLISHERS
RESTARTS = dict.fromkeys(PUBLISHERS, "on-failure:3")
DONE, HEALTHY, STARTED = "service_completed_successfully", "service_healthy", "service_started"
WAYS = [
    "export JUPYTER_TOKEN=mine", "JUPYTER_TOKEN = mine", "JUPYTER_TOKEN='m#i ne'", 'JUPYTER_TOKEN="mine" # a remark',
    "JUPYTER_TOKEN=mine # a remark", "JUPYTER_TOKEN=${THEIRS}",
    "JUPYTER_TOKEN=${NOBODYS:-other}", "JUPYTER_TOKEN=one\nJUPYTER_TOKEN=two",
]  # fmt: skip
WAIT_THEMSELVES = {"redash-init": {"postgres", "redis"}, "redash-publish": {"redash-server", "redash-worker"}}


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> dict[str, Any]:
    return Compose.of("config", tmp_path_factory.mktemp("config"), {}).config()


def of_profile(profile: str, folder: Path, **given: str) -> dict[str, Any]:
    """The services with a profile, as settings in .env ask for it."""
    services: dict[str, Any] = Compose.of("config", folder, {"COMPOSE_PROFILES": profile} | given).config()["services"]
    return services


def waits_for(service: dict[str, Any]) -> dict[str, str]:
    return {name: how["condition"] for name, how in service.get("depends_on", {}).items()}


def everything_before(services: dict[str, Any], name: str) -> set[str]:
    before = set(waits_for(services[name]))
    return before.union(*(everything_before(services, other) for other in before))


def test_the_services_are_there_and_all_wait_for_the_preflight(config):
    services = config["services"]
    assert services.keys() == SERVICES
    assert [name for name in SERVICES - {"preflight"} if "preflight" not in everything_before(services, name)] == []


def test_one_waits_for_another_to_be_healthy_or_done(config):
    for name, service in config["services"].items():
        for other, condition in waits_for(service).items():
            wanted = STARTED if other in WAIT_THEMSELVES.get(name, ()) else DONE if other in ONE_SHOTS else HEALTHY
            assert condition == wanted, f"{name} on {other}"
            assert other in ONE_SHOTS or config["services"][other]["healthcheck"]["test"]
        assert name in ONE_SHOTS or service["healthcheck"]["test"]


def test_redash_comes_up_in_order(config):
    services = config["services"]
    assert waits_for(services["redash-init"]) == {"postgres": STARTED, "redis": STARTED}
    for name in ("redash-server", "redash-scheduler", "redash-worker"):
        assert waits_for(services[name]) == {"redash-init": DONE, "redis": HEALTHY}
    assert waits_for(services["redash-publish"]) == {"sim": HEALTHY, "redash-server": STARTED, "redash-worker": STARTED}
    assert services["redash-publish"]["command"][:3] == ["publish", "--wait", "300"]


def test_dashboards_are_published_as_they_are_on_disk(config):
    """And can't be changed from there: only a pull mounts them to be written."""
    mounts = config["services"]["redash-publish"]["volumes"]
    assert {(mount["type"], mount["source"], mount["target"]) for mount in mounts} == {
        ("bind", str(ROOT / name), f"/bazaar/{name}") for name in ("redash", "dashboards", "common")
    }
    assert all(mount["read_only"] for mount in mounts)


def test_what_ends_is_not_restarted_and_what_runs_is(config):
    policies = {name: service["restart"] for name, service in config["services"].items()}
    assert policies == {
        "preflight": "no", "redash-init": "no", "redash-publish": "on-failure:3", "redash-scheduler": "always",
        **dict.fromkeys(["postgres", "sim", "redis", "redash-server", "redash-worker", "jupyter"], "unless-stopped"),
    }  # fmt: skip


def test_the_server_listens_where_docker_looks_whatever_the_version(config):
    command = config["services"]["redash-server"]["command"]
    assert command[:3] == ["gunicorn", "-b", "0.0.0.0:5000"]
    assert "fresh:app" in command  # redash.wsgi's, with a watch on the shop's speed
    worker = config["services"]["redash-worker"]
    assert worker["command"] == ["worker"]
    assert worker["environment"]["WORKERS_COUNT"] == "2"
    queues = worker["environment"]["QUEUES"].split(",")
    assert sorted(queues) == ["default", "emails", "periodic", "queries", "scheduled_queries", "schemas"]
    assert (queues[0], queues[-1]) == ("queries", "default")


def test_redash_looks_whether_a_connection_still_stands_before_it_asks(config):
    services = config["services"]
    for name in ("redash-init", "redash-server", "redash-scheduler", "redash-worker"):
        assert services[name]["environment"]["SQLALCHEMY_ENABLE_POOL_PRE_PING"] == "true"


def test_redash_compiles_once_for_all_and_for_each_version_anew(tmp_path: Path):
    services = Compose.of("config", tmp_path, {"REDASH_VERSION": "26.3.0"}).config()["services"]
    ours = [service for name, service in services.items() if name.startswith("redash-") and name != "redash-publish"]
    assert {service["environment"]["PYTHONPYCACHEPREFIX"] for service in ours} == {"/home/redash/bytecode/26.3.0"}
    homes = [[m["source"] for m in service["volumes"] if m["target"] == "/home/redash"] for service in ours]
    assert homes == [["redash-home"]] * 4


@pytest.mark.parametrize(("given", "image"), [({}, "25.8.0"), ({"REDASH_VERSION": "26.3.0"}, "26.3.0")])
def test_redash_is_of_the_version_asked_for(tmp_path: Path, given: dict[str, str], image: str):
    services = Compose.of("config", tmp_path, given).config()["services"]
    used = {service["image"] for name, service in services.items() if name.startswith("redash-") and "image" in service}
    assert used == {f"redash/redash:{image}"}


@pytest.mark.parametrize(("given", "address"), [({}, "127.0.0.1"), ({"BIND_ADDRESS": "192.0.2.7"}, "192.0.2.7")])
def test_three_ports_are_published_and_all_on_the_one_address(tmp_path: Path, given: dict[str, str], address: str):
    services = Compose.of("config", tmp_path, given).config()["services"]
    published = {
        name: [(port["host_ip"], port["target"]) for port in service["ports"]]
        for name, service in services.items()
        if service.get("ports")
    }
    assert published == {
        "postgres": [(address, 5432)], "redash-server": [(address, 5000)], "jupyter": [(address, 8888)],
    }  # fmt: skip


def test_every_service_is_bounded_and_bereft_of_rights(config):
    for name, service in config["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) > 0, name
        assert service["logging"]["options"] == {"max-file": "3", "max-size": "10m"}, name
        assert service["stop_grace_period"], name
        assert service["read_only"], name
        assert int(service["pids_limit"]) > 0, name
        assert service["init"], name  # else orphans are its process 1's


def test_only_redash_reaches_its_queue(config):
    networks = {name: set(service.get("networks") or {}) for name, service in config["services"].items()}
    assert networks["preflight"] == set()
    assert {name for name, of in networks.items() if of == {"shop"}} == {"sim"}
    assert networks["jupyter"] == {"shop", "notebooks"}
    assert networks["postgres"] == {"shop", "redash", "replica"}
    assert networks["redis"] == {"redash"}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_adds_what_reads_the_shop_and_changes_nothing_else(config, profile: str, tmp_path: Path):
    services = of_profile(profile, tmp_path)
    more = PROFILES[profile]
    assert services.keys() == SERVICES | more
    assert {name: services[name] for name in SERVICES} == config["services"]
    for name in more:
        service = services[name]
        assert "preflight" in everything_before(services, name)
        assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"]), name
        assert service["read_only"], name
        assert service["init"], name
        assert int(service["mem_limit"]) <= MOST_MB.get(name, 768) << 20, name
        assert service["restart"] == RESTARTS.get(name, "no" if name in ONE_SHOTS else "unless-stopped"), name
        check = service.get("healthcheck", {}).get("test", [])
        assert name in ONE_SHOTS or check[:2] == ["CMD", "bash"], "a health check starts neither a JVM nor Python"
    assert waits_for(services["kafka-producer"]) == {"sim": HEALTHY, "kafka": HEALTHY}
    assert waits_for(services["kafka-consumer"]) == {"postgres": HEALTHY, "kafka": HEALTHY}
    networks = {name: set(services[name]["networks"]) for name in services if services[name].get("networks")}
    assert networks["kafka"] == {"events", "replica"}
    reachable = {name for name, of in networks.items() if "notebooks" in of}
    assert reachable == {"jupyter", "mysql"} & services.keys()
    assert {name for name, of in networks.items() if "events" in of} == EVENTS


def test_airflow_comes_up_in_order_out_of_the_notebooks_reach(tmp_path: Path):
    services = of_profile("pipeline", tmp_path)
    assert waits_for(services["airflow-init"]) == {"postgres": HEALTHY}
    assert waits_for(services["airflow-api"]) == {"airflow-init": DONE}
    for name in ("airflow-scheduler", "airflow-dag-processor"):
        assert waits_for(services[name]) == {"airflow-api": HEALTHY}
    networks = {name: set(services[name]["networks"]) for name in AIRFLOW}
    assert networks.pop("airflow-scheduler") == {"replica", "spark"}
    assert set(map(frozenset, networks.values())) == {frozenset({"replica"})}
    assert "replica" not in services["jupyter"]["networks"]
    for name in AIRFLOW:
        [dags, logs] = services[name]["volumes"]
        assert (dags["source"], dags["read_only"]) == (str(ROOT / "pipeline" / "dags"), True)
        assert (logs["source"], logs["target"]) == ("airflow-logs", "/opt/airflow/logs")


@pytest.mark.parametrize(("given", "address"), [({}, "127.0.0.1"), ({"BIND_ADDRESS": "192.0.2.7"}, "192.0.2.7")])
def test_airflows_page_is_published_where_the_others_are(tmp_path: Path, given: dict[str, str], address: str):
    services = of_profile("pipeline", tmp_path, **given)
    published = {name: services[name]["ports"] for name in AIRFLOW if "ports" in services[name]}
    [port] = published.pop("airflow-api")
    assert (port["host_ip"], port["target"]) == (address, 8080)
    assert not published


def test_connect_and_mysql_are_reached_by_whom_they_serve(tmp_path: Path):
    services = of_profile("pipeline", tmp_path, BIND_ADDRESS="192.0.2.7")
    networks = {name: set(service.get("networks") or {}) for name, service in services.items()}
    assert networks["connect"] == {"replica"}
    assert {name for name, of in networks.items() if "replica" in of} == {"postgres", "kafka"} | REPLICA | AIRFLOW
    assert networks["mysql"] == {"redash", "replica", "spark", "notebooks"}
    assert "ports" not in services["connect"]
    [port] = services["mysql"]["ports"]
    assert (port["host_ip"], port["target"]) == ("192.0.2.7", 3306)
    assert waits_for(services["connect"]) == {"kafka": HEALTHY}


def test_spark_is_reached_by_those_that_have_its_secret_and_its_page_from_this_machine(tmp_path: Path):
    """Ports 7077 and 15002 run code."""
    services = of_profile("pipeline", tmp_path, BIND_ADDRESS="0.0.0.0", SPARK_AUTH_SECRET="mine")
    networks = {name: set(service.get("networks") or {}) for name, service in services.items()}
    assert {name for name, of in networks.items() if "spark" in of} == SPARK | {"airflow-scheduler", "mysql"}
    assert {frozenset(networks[name]) for name in SPARK} == {frozenset({"spark"})}
    [port] = services["spark-master"]["ports"]
    assert (port["host_ip"], port["target"]) == ("127.0.0.1", 8080)
    assert not any("ports" in services[name] for name in SPARK - {"spark-master"})
    assert {services[name]["environment"]["SPARK_AUTH_SECRET"] for name in SPARK} == {"mine"}
    assert services["spark-connect"]["environment"]["SPARK_CONNECT_AUTHENTICATE_TOKEN"] == "mine"
    assert services["airflow-scheduler"]["environment"]["SPARK_REMOTE"].endswith("/;authorization=Bearer%20mine")
    assert [name for name in services if "mine" in str(services[name]) and name not in SPARK] == [
        "airflow-scheduler", "preflight",
    ]  # fmt: skip


def test_sparks_workers_can_be_several(tmp_path: Path):
    services = of_profile("pipeline", tmp_path)
    worker = services["spark-worker"]
    assert not {"container_name", "ports", "hostname"} & worker.keys()
    for name in ("spark-worker", "spark-connect"):
        assert waits_for(services[name]) == {"spark-master": HEALTHY}
    assert len({str(services[name]["build"]) for name in SPARK}) == 1, "one image"
    memory = sum(int(services[name]["mem_limit"]) for name in SPARK)
    assert memory <= 2944 << 20


def test_the_pipelines_dashboards_come_after_the_shops_and_what_it_asks(tmp_path: Path):
    services = of_profile("pipeline", tmp_path)
    publisher = services["redash-publish-pipeline"]
    assert waits_for(publisher) == {"redash-publish": DONE, "kafka-consumer": HEALTHY, "mysql": HEALTHY}
    assert publisher["command"][:2] == ["publish", "--pipeline"]
    marts = services["redash-publish-marts"]
    assert waits_for(marts) == {"redash-publish": DONE, "mysql": HEALTHY}
    assert marts["command"][:2] == ["publish", "--marts"]
    for each in (publisher, marts):
        assert each["volumes"] == services["redash-publish"]["volumes"]
    for name in ("redash-server", "redash-worker"):
        assert "redash.query_runner.mysql" in services[name]["environment"]["REDASH_ADDITIONAL_QUERY_RUNNERS"]


def test_a_log_that_nobody_reads_is_kept_within_bounds(config):
    command = config["services"]["postgres"]["command"]
    assert {"wal_level=logical", "max_slot_wal_keep_size=2GB"} <= set(command)


def test_anybody_s_broker_is_published_on_this_machine_only(tmp_path: Path):
    services = of_profile("pipeline", tmp_path, BIND_ADDRESS="0.0.0.0", KAFKA_PORT="19092")
    [port] = services["kafka"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "19092", 9092)
    assert "HOST://localhost:19092" in services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert all("ports" not in services[name] for name in EVENTS - {"kafka"})


def test_settings_of_the_simulator_arrive(tmp_path: Path):
    given = {
        "SPEED": "2x", "SEED": "3", "SCENARIO": "peak_season", "HISTORY": "1d", "SCALE": "0.5", "MARKET": "russian",
        "KEEP": "90d",
    }  # fmt: skip
    environment = Compose.of("config", tmp_path, given).config()["services"]["sim"]["environment"]
    assert given.items() <= environment.items()


@pytest.mark.parametrize("line", WAYS)
def test_env_is_read_as_compose_reads_it(tmp_path: Path, line: str):
    project = Compose.of("config", tmp_path, {})
    project.settings.write_text(f"THEIRS=mine\n{line}\n", encoding="utf-8")
    taken = project.config()["services"]["jupyter"]["environment"]["JUPYTER_TOKEN"]
    assert read(project.settings.read_text(encoding="utf-8"))["JUPYTER_TOKEN"] == taken


def test_the_older_compose_understands_the_same(tmp_path: Path):
    program = generation_one()
    if program is None:
        pytest.skip("no docker-compose 1.x on the PATH")
    command = [program, "--file", str(FILE), "config"]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    older, all_of_it = yaml.safe_load(done.stdout), of_profile("pipeline", tmp_path)
    assert older["services"].keys() == all_of_it.keys()  # it shows every profile's
    for name, service in older["services"].items():
        newer = all_of_it[name]
        assert waits_for(service) == waits_for(newer), name
        assert service["restart"] == newer["restart"], name
        assert service.get("read_only") == newer.get("read_only"), name
        assert service.get("command") == newer.get("command"), name
        assert service["pids_limit"] == newer["pids_limit"], name
        assert service["init"] == newer["init"], name
        assert set(service.get("networks") or {}) == set(newer.get("networks") or {}), name
