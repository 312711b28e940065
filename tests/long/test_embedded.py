"""The embedded server against what happens to servers: crashes, impatience, neighbours, root."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from sim.embedded import (
    EmbeddedError,
    EmbeddedServer,
    Interrupted,
    binaries,
    clients,
    launch,
    lock,
    ports,
    postmaster,
    privileges,
)
from sim.embedded import cluster as cluster_module
from sim.embedded import server as server_module
from sim.embedded.clients import connect
from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root needs another account")
on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")


# --- a day's life -----------------------------------------------------------------------------------------------------


def test_start_gives_a_url_that_works_and_is_repeatable(long_lived: EmbeddedServer):
    url = make_url(long_lived.start())
    assert (url.drivername, url.username, url.host, url.database) == ("postgresql", "bazaar", "127.0.0.1", "bazaar")
    assert long_lived.start() == long_lived.url() == url.render_as_string(hide_password=False)
    assert ask(long_lived, "SELECT current_user") == "bazaar"


def test_stop_and_start_keep_rows_password_and_port(server: EmbeddedServer):
    url = server.start()
    tell(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.stop()
    assert server.url() is None
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port_of(url)), timeout=1)
    assert server.stop()
    assert server.start() == url
    assert ask(server, "SELECT answer FROM kept") == 42


def test_another_port_when_the_old_one_is_taken(server: EmbeddedServer):
    old = port_of(server.start())
    server.stop()
    with socket.socket() as neighbour:
        neighbour.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        neighbour.bind(("127.0.0.1", old))
        neighbour.listen()
        assert port_of(server.start()) != old
    assert ask(server, "SELECT 1") == 1


def test_another_port_when_somebody_is_quicker(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        taken = neighbour.getsockname()[1]
        monkeypatch.setattr(cluster_module, "last_port", lambda _: taken)
        monkeypatch.setattr(ports, "is_free", lambda _: True)  # it was, when we looked
        assert port_of(server.start()) != taken


def test_a_second_process_sees_the_url_and_a_pipe_of_the_first_ends(server: EmbeddedServer):
    first = python("print(server.start())", server)  # returns only when nobody holds the pipe any more
    assert first == server.url() == python("print(server.url())", server)
    assert server.stop()
    assert python("print(server.url())", server) == "None"


def test_two_processes_starting_at_once_get_one_server(server: EmbeddedServer):
    urls: list[str] = []
    starters = [threading.Thread(target=lambda: urls.append(python("print(server.start())", server))) for _ in "ab"]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert urls == [server.url()] * 2


def test_stop_leaves_a_server_with_clients_running(long_lived: EmbeddedServer):
    with connect(long_lived.start()) as client:
        assert long_lived.stop() is False
        assert client.scalar(text("SELECT 1")) == 1
    assert long_lived.stop()  # just after the client has gone
    assert long_lived.url() is None


def test_stop_can_throw_clients_out(long_lived: EmbeddedServer):
    with connect(long_lived.start()):
        assert long_lived.stop(only_if_idle=False)
        assert long_lived.url() is None


def test_a_url_means_that_the_database_is_there(long_lived: EmbeddedServer):
    admin = make_url(long_lived.start()).set(database="postgres").render_as_string(hide_password=False)
    with connect(admin) as connection:
        connection.execute(text("DROP DATABASE bazaar"))
    assert long_lived.url() is None
    assert long_lived.start() == long_lived.url()


def test_cluster_is_as_documented(long_lived: EmbeddedServer):
    long_lived.start()
    assert (
        ask(long_lived, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'bazaar'")
        == "bC.UTF-8"
    )
    assert ask(
        long_lived, "SELECT lower('ЁЖ') || (timestamptz '2026-07-01 00:00+00' AT TIME ZONE 'Europe/Moscow')"
    ) == ("ёж2026-07-01 03:00:00")
    shown = {
        name: ask(long_lived, f"SHOW {name}") for name in ("server_encoding", "TimeZone", "data_checksums", "fsync")
    }
    assert shown == {"server_encoding": "UTF8", "TimeZone": "UTC", "data_checksums": "on", "fsync": "off"}


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_secrets_are_for_the_owner_only(long_lived: EmbeddedServer):
    long_lived.start()
    for name in ("postgres.password", "postgres.log", "postgres.lock"):
        assert (long_lived.data_root / name).stat().st_mode & 0o777 == 0o600, name
    assert (long_lived.data_root / "postgres").stat().st_mode & 0o077 == 0
    password = make_url(long_lived.start()).password
    assert password is not None
    assert len(password) == 32
    assert password not in (long_lived.data_root / "postgres.log").read_text(encoding="utf-8")


def test_nobody_enters_without_the_password(long_lived: EmbeddedServer):
    wrong = make_url(long_lived.start()).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(Exception, match="authentication failed"), connect(wrong):
        pass


def test_reader_logs_in_once_allowed(long_lived: EmbeddedServer):
    url = long_lived.start()
    assert long_lived.allow_reader(url) is False
    tell(long_lived, "CREATE ROLE bazaar_reader NOLOGIN")
    assert long_lived.allow_reader(url) is True
    reader = long_lived.reader_url()
    assert reader is not None
    with connect(reader) as connection:
        assert connection.scalar(text("SELECT current_user")) == "bazaar_reader"
    assert make_url(reader).password != make_url(url).password


# --- crashes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["postgres.new-*", "postgres.new-*/cluster/PG_VERSION", "postgres"])
def test_python_killed_while_it_makes_the_cluster(server: EmbeddedServer, moment: str):
    starter = subprocess.Popen([sys.executable, "-c", program("server.start()"), str(server.data_root)], cwd=REPOSITORY)
    wait_for(lambda: any(server.data_root.glob(moment)))
    starter.kill()
    starter.wait()
    if moment != "postgres":
        assert not (server.data_root / "postgres").exists()
    assert make_url(server.start()).database == "bazaar"
    assert ask(server, "SELECT 1") == 1


def test_server_outlives_a_killed_python(server: EmbeddedServer):
    starter = subprocess.Popen(
        [sys.executable, "-c", program("print(server.start(), flush=True); input()"), str(server.data_root)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    url = starter.stdout.readline().strip()
    pid = running(server).pid
    starter.kill()
    starter.communicate()
    assert server.start() == server.url() == url
    assert running(server).pid == pid


def test_killed_postmaster_recovers(server: EmbeddedServer):
    url = server.start()
    tell(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    with connect(url):  # its backend survives the postmaster for a moment
        os.kill(running(server).pid, signal.SIGKILL)
        wait_for(lambda: postmaster.find(server.data_root / "postgres") is None)
        assert server.url() is None
        assert server.start() == url
    assert ask(server, "SELECT answer FROM kept") == 42


@on_linux
def test_what_outlives_a_killed_server_is_ended(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    """As the writer does on a full disk: it fails again and again and never comes to see that it is alone."""
    url, cluster = server.start(), server.data_root / "postgres"
    monkeypatch.setattr(server_module, "_ORPHANS_S", 0.2)
    first = running(server).pid
    others = set(postmaster.processes_of(cluster)) - {first}
    assert postmaster.orphans_of(cluster) == []
    deaf = next(pid for pid in others if b"background writer" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(deaf, signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: postmaster.orphans_of(cluster) == [deaf])
    assert server.start() == url
    assert others.isdisjoint(postmaster.processes_of(cluster))


@on_linux
def test_pid_file_naming_a_foreign_live_process(server: EmbeddedServer):
    url = server.start()
    cluster = server.data_root / "postgres"
    left_over = (cluster / postmaster.PID_FILE).read_text(encoding="utf-8").splitlines()
    server.stop()
    with foreign_process(cluster) as pid:
        (cluster / postmaster.PID_FILE).write_text("\n".join([str(pid), *left_over[1:]]) + "\n", encoding="utf-8")
        assert server.url() is None
        assert server.stop()
        assert server.start() == url
        assert running(server).pid != pid


def test_a_server_out_of_sight_is_not_started_twice(long_lived: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    long_lived.start()
    pid_file = long_lived.data_root / "postgres" / postmaster.PID_FILE
    hidden = pid_file.rename(long_lived.data_root / "hidden")  # as in a container whose process numbers are not ours
    monkeypatch.setattr(server_module, "_ORPHANS_S", 0.2)
    monkeypatch.setattr(server_module, "_ENDED_ORPHANS_S", 0.2)
    with pytest.raises(EmbeddedError, match="still uses"):
        long_lived.start()
    hidden.rename(pid_file)
    assert long_lived.stop()


def test_ctrl_c_in_the_terminal_passes_the_server_by(long_lived: EmbeddedServer):
    long_lived.start()
    assert os.getsid(running(long_lived).pid) != os.getsid(0)


# --- refusals: one clear line -----------------------------------------------------------------------------------------


def test_cluster_of_another_major_version(server: EmbeddedServer):
    server.start()
    server.stop()
    (server.data_root / "postgres" / "PG_VERSION").write_text("17\n", encoding="ascii")
    refused(server, r"made by PostgreSQL 17, and the installed one is 18: remove that folder")


def test_folder_that_is_no_cluster(server: EmbeddedServer):
    (server.data_root / "postgres").mkdir(parents=True)
    (server.data_root / "postgres" / "thesis.txt").write_text("mine", encoding="ascii")
    refused(server, "holds no PostgreSQL cluster: move it away")
    assert (server.data_root / "postgres" / "thesis.txt").read_text(encoding="ascii") == "mine"


def test_setting_that_postgresql_refuses_is_told_from_the_log(server: EmbeddedServer):
    refused(EmbeddedServer(server.data_root, {"shared_buffers": "a lot"}), 'did not start: .*"shared_buffers": "a lot"')


def test_lost_password_file(server: EmbeddedServer):
    server.start()
    server.stop()
    (server.data_root / "postgres.password").unlink()
    refused(server, "password is gone")
    assert server.stop()


def test_data_root_that_is_a_file(server: EmbeddedServer):
    server.data_root.write_text("mine", encoding="ascii")
    refused(server, "File exists")
    assert server.url() is None
    assert server.stop()


def test_missing_package(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    refused(server, "not installed; install it, or set DATABASE_URL")


def test_a_refusal_that_waiting_cannot_cure_is_told_at_once(server: EmbeddedServer):
    server.start()
    (server.data_root / "postgres" / "pg_hba.conf").write_text("host all all all reject\n", encoding="ascii")
    os.kill(running(server).pid, signal.SIGHUP)
    wait_for(lambda: server.url() is None)
    refused(server, "does not let us in: .*pg_hba.conf rejects connection")


@pytest.mark.parametrize("holder", ["another command that starts it", "a server that is on its way up"])
def test_whoever_waits_can_be_stopped(server: EmbeddedServer, holder: str, monkeypatch: pytest.MonkeyPatch):
    server.start()
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with contextlib.ExitStack() as held:
        if holder == "another command that starts it":
            held.enter_context(lock.exclusive(server.data_root / "postgres.lock"))
        else:
            starting = "FATAL: the database system is starting up"
            held.callback(monkeypatch.undo)
            monkeypatch.setattr(clients, "refusal", lambda _: starting)
        with pytest.raises(Interrupted):
            server.start(stop)
    assert ask(server, "SELECT 1") == 1


@on_linux
@pytest.mark.parametrize("command", ["run", "status", "dsn"])
def test_a_ctrl_c_is_heard_while_another_command_starts_the_server(server: EmbeddedServer, command: str):
    server.start()
    server.stop()
    folder = server.data_root.with_name(".data")
    server.data_root.rename(folder)  # where commands look for it
    waits_for = folder / "postgres.lock"
    with lock.exclusive(waits_for):
        waiting = subprocess.Popen(
            [sys.executable, "-m", "sim", command],
            cwd=folder.parent,
            env={name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
            | {"PYTHONPATH": str(REPOSITORY)},
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: waits_for.resolve() in open_files(waiting.pid))
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=30)
    assert (waiting.returncode, said.count("\n")) == (130, 1), said


def open_files(pid: int) -> set[Path]:
    """What a process has open; it opens and closes meanwhile."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(descriptor.readlink())
    return found


def test_a_start_that_is_stopped_leaves_nothing_behind(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    server.start()
    server.stop()
    stop, launched = threading.Event(), []

    def never_ready(cluster: Path) -> None:
        launched.extend(launch._begun[-1:])
        stop.set()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(postmaster, "find", never_ready)
        with pytest.raises(Interrupted):
            server.start(stop)
    assert not postmaster.is_postgres_of(launched[-1].pid, server.data_root / "postgres")
    assert ask(server, "SELECT 1") == 1


# --- odd folders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ['a $HOME `id` "quoted" \\ it\'s', "100% два\nlines"])
def test_any_name_of_a_folder(open_folder: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    """The programs lie there too, as they do in a repository's .venv."""
    folder = open_folder / name
    folder.mkdir(mode=0o755)
    package = binaries.program("initdb").parents[2]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True, copy_function=linked)
    monkeypatch.setattr(binaries, "_bin_folder", lambda: folder / package.name / "pginstall" / "bin")
    server = EmbeddedServer(folder / "data", {"fsync": "off", "shared_buffers": "16MB"})
    try:
        url = server.start()
        assert ask(server, "SELECT 1") == 1
        assert server.stop()
        assert server.start() == server.url() == url
    finally:
        server.stop(only_if_idle=False)


def linked(original: str, copy: str) -> None:
    """A file under another name; a copy where it lies on another file system."""
    try:
        os.link(original, copy)
    except OSError:
        shutil.copy(original, copy)


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_any_umask(open_folder: Path, umask: int):
    server = EmbeddedServer(open_folder / "data", {"fsync": "off", "shared_buffers": "16MB"})
    before = os.umask(umask)
    try:
        server.start()
    finally:
        os.umask(before)
    assert ask(server, "SELECT 1") == 1
    assert server.data_root.stat().st_mode & 0o022 == 0, "nobody else may put files there"
    there = {path.name: path.stat().st_mode & 0o777 for path in server.data_root.iterdir()}
    assert there == {"postgres": 0o700, "postgres.log": 0o600, "postgres.password": 0o600, "postgres.lock": 0o600}


# --- root -------------------------------------------------------------------------------------------------------------


@as_root
@on_linux
def test_root_lends_the_programs_to_an_ordinary_user(server: EmbeddedServer):
    server.data_root.mkdir()
    lent = [account for account in privileges.candidates(server.data_root, None) if not account.prefix]
    if not any(account.can_use(server.data_root, binaries.program("postgres")) for account in lent):
        pytest.skip("no ordinary user can read the programs of this environment")
    server.start()
    uid = uid_of(running(server).pid)
    assert uid != 0
    assert (server.data_root / "postgres").stat().st_uid == uid
    assert (server.data_root / "postgres.password").stat().st_uid == 0


@as_root
@on_linux
def test_root_uses_a_user_namespace_where_others_cannot_enter(server: EmbeddedServer, open_folder: Path):
    need_user_namespaces(open_folder)
    open_folder.chmod(0o700)
    url = server.start()
    pid = running(server).pid
    assert uid_of(pid) == 0
    assert Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()
    assert server.stop()
    assert server.start() == url


@as_root
@on_linux
def test_root_takes_a_cluster_along_from_one_way_to_the_other(server: EmbeddedServer, open_folder: Path):
    need_user_namespaces(open_folder)
    server.start()
    server.stop()
    open_folder.chmod(0o700)
    server.start()
    assert uid_of(running(server).pid) == 0
    assert (server.data_root / "postgres" / "base").stat().st_uid == 0


@as_root
def test_root_without_any_way_gets_told(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(privileges, "candidates", lambda *_: iter(()))
    refused(server, "refuses to run as root")


# --- the shared server of the other tests -----------------------------------------------------------------------------


def test_every_test_gets_an_empty_database(database_url: str):
    with connect(database_url) as connection:
        connection.execute(text("CREATE TABLE mine (n int)"))
        assert connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 1


def test_and_never_the_one_before(database_url: str):
    with connect(database_url) as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0


# --- words used above -------------------------------------------------------------------------------------------------


def ask(server: EmbeddedServer, sql: str) -> object:
    with connect(server.start()) as connection:
        return connection.scalar(text(sql))


def tell(server: EmbeddedServer, sql: str) -> None:
    with connect(server.start()) as connection:
        connection.execute(text(sql))


def port_of(url: str) -> int:
    port = make_url(url).port
    assert port is not None
    return port


def running(server: EmbeddedServer) -> postmaster.Postmaster:
    found = postmaster.find(server.data_root / "postgres")
    assert found is not None
    return found


def refused(server: EmbeddedServer, reason: str) -> None:
    with pytest.raises(EmbeddedError, match=reason) as caught:
        server.start()
    assert "\n" not in str(caught.value)


def program(statement: str) -> str:
    return (
        "import sys; from pathlib import Path; from sim.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1]), {'fsync': 'off', 'shared_buffers': '16MB'})\n"
    ) + statement


def python(statement: str, server: EmbeddedServer) -> str:
    command = [sys.executable, "-c", program(statement), str(server.data_root)]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=True
    ).stdout.strip()


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.002)


@contextlib.contextmanager
def foreign_process(cluster: Path) -> Iterator[int]:
    """A live process of the cluster's own user, which PostgreSQL by itself would take for a running server."""
    owner = cluster.stat().st_uid if os.geteuid() == 0 else None
    sleeper = subprocess.Popen(["sleep", "600"], cwd="/", user=owner)
    try:
        yield sleeper.pid
    finally:
        sleeper.kill()
        sleeper.wait()


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def need_user_namespaces(folder: Path) -> None:
    namespaces = [account for account in privileges.candidates(folder, None) if account.prefix]
    if not any(account.can_use(folder, Path(shutil.which("true") or "")) for account in namespaces):
        pytest.skip("no user namespaces here")
