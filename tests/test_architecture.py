"""The walls of the house, read off the source itself.

Which of our packages may import which is checked by import-linter (`[tool.importlinter]` in pyproject.toml).
Here stand the walls it cannot see. Each is a table: to allow something new, add a line with its reason.

* `FORBIDDEN_MODULES`, `FORBIDDEN_CALLS`: `protocol/` is pure, so no I/O, clock, randomness or log.
* `DOORS`: each dependency is imported behind one file, so that replacing it changes one file.
* `DISTRIBUTIONS`: a package imports only what its extra installs, so that a seat stays small.
* `--help` loads no third-party module but click, so that the first answer is quick and needs no extra.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest

OURS = ("protocol", "controller", "seat_client", "firmware_sim")
PURE = "protocol"

IO = "it reaches outside the process"
CLOCK = "time comes in as a number"
CHANCE = "keys and nonces are made outside and passed in"
SILENT = "protocol/ is silent; a service logs"
WAITS = "waiting belongs to a service"

FORBIDDEN_MODULES = {
    "asyncio": WAITS,
    "concurrent": WAITS,
    "ctypes": IO,
    "getpass": IO,
    "glob": IO,
    "http": IO,
    "logging": SILENT,
    "mmap": IO,
    "multiprocessing": WAITS,
    "nacl.utils": CHANCE,
    "os": IO,
    "pathlib": IO,
    "random": CHANCE,
    "secrets": CHANCE,
    "select": IO,
    "selectors": IO,
    "shutil": IO,
    "signal": WAITS,
    "socket": IO,
    "sqlite3": IO,
    "ssl": IO,
    "subprocess": IO,
    "tempfile": IO,
    "threading": WAITS,
    "time": CLOCK,
    "urllib.request": IO,
    "uuid": CHANCE,
    "warnings": SILENT,
}

FORBIDDEN_CALLS = {
    "breakpoint": IO,
    "input": IO,
    "open": IO,
    "print": SILENT,
    "now": CLOCK,
    "today": CLOCK,
    "utcnow": CLOCK,
    "urandom": CHANCE,
}

# Import name -> where it may be imported (patterns of paths), each with what that file is.
DOORS = {
    "aiomqtt": {
        "controller/mqtt/outer_broker.py": "the controller's door to a broker that others run",
        "controller/officer_broker.py": "the broker door of the chair and the secretary, who are clients too",
        "seat_client/broker.py": "the seat's broker door",
    },
    "click": {
        "controller/cli.py": "the command line",
        "controller/commands/*.py": "its commands",
        "seat_client/cli.py": "the seat's command line",
        "firmware_sim/__main__.py": "the simulator's command line",
    },
    "cryptography": {
        "protocol/keys.py": "P-256, X.509 and ML-DSA",
        "protocol/certificates.py": "X.509 certificates of cards, which most programs never load",
        "protocol/aes.py": "AES-CBC and AES-CMAC, for cards that cannot sign",
        "firmware_sim/card_crypto.py": "the arithmetic inside simulated cards, sharing no line with a seat",
    },
    "gpiozero": {
        "seat_client/buttons/gpio_panel.py": "buttons and lamps on the pins of a Raspberry Pi",
        "firmware_sim/fleet/pins.py": "the pins of a simulated board",
    },
    "mqtt5": {"controller/mqtt/codec.py": "the codec of the embedded broker"},
    "nacl": {"protocol/keys.py": "Ed25519"},
    "paho": {
        "controller/mqtt/outer_broker.py": "properties and packet types, which aiomqtt takes from paho",
        "controller/officer_broker.py": "as the controller's door",
        "seat_client/broker.py": "as the controller's door",
    },
    "pkcs11": {"seat_client/token_key.py": "a device key that never leaves its token"},
    "serial": {"seat_client/nfc/serial_port.py": "the reader's line"},
    "rich": {
        "controller/terminal.py": "everything that is drawn in a terminal",
        "controller/console/*.py": "what Textual draws with: segments, styles, widths of characters",
    },
    "sqlalchemy": {"controller/store.py": "the log is read and written through SQLAlchemy Core"},
    "sqlmodel": {"controller/store.py": "the store"},
    "starlette": {"controller/hall/server.py": "routes and answers of the hall screen"},
    "textual": {"controller/console/*.py": "the chair's console"},
    "uvicorn": {"controller/hall/listener.py": "the HTTP server of the hall screen"},
}

# Package -> the import names that its own dependencies (base, or its extra) bring.
DISTRIBUTIONS = {
    "protocol": {"cryptography", "nacl"},
    "controller": {
        "aiomqtt",
        "click",
        "cryptography",
        "mqtt5",
        "nacl",
        "paho",
        "rich",
        "sqlalchemy",
        "sqlmodel",
        "starlette",
        "textual",
        "uvicorn",
    },
    "seat_client": {"aiomqtt", "click", "cryptography", "gpiozero", "nacl", "paho", "pkcs11", "serial"},
    "firmware_sim": {"aiomqtt", "click", "cryptography", "gpiozero", "nacl", "paho"},
}

HELPS = [
    ("controller.cli", ["--help"]),
    ("controller.cli", ["verify", "--help"]),
    ("seat_client.cli", ["--help"]),
]


def package_folder(package: str) -> Path:
    """Return the folder of one of our packages: in the source tree, or installed from the wheel."""
    spec = find_spec(package)
    assert spec is not None, f"{package} is not importable"
    assert spec.submodule_search_locations is not None, f"{package} is not a package"
    return Path(next(iter(spec.submodule_search_locations)))


def sources(package: str) -> list[Path]:
    """Return every Python file of a package; a package without any would pass every check unseen."""
    found = sorted(package_folder(package).rglob("*.py"))
    assert found, f"{package} holds no Python file"
    return found


def name_in_house(path: Path, package: str) -> str:
    """Return a path as the tables write it: `controller/store.py`."""
    return path.relative_to(package_folder(package).parent).as_posix()


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of each absolute import, wherever it stands: inside functions as well."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def impurities(source: str) -> list[str]:
    """Return what in a source text is not pure, as `line: what: why`."""
    tree = ast.parse(source)
    found = []
    for line, name in imports(tree):
        for module, why in FORBIDDEN_MODULES.items():
            if name == module or name.startswith(f"{module}."):
                found.append((line, f"imports {module}: {why}"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in FORBIDDEN_CALLS:
                found.append((node.lineno, f"calls {name}(): {FORBIDDEN_CALLS[name]}"))
    return [f"{line}: {what}" for line, what in sorted(set(found))]


def foreign_imports(source: str) -> set[tuple[int, str]]:
    """Return line and top-level name of each import that is neither ours nor Python's."""
    return {
        (line, top)
        for line, name in imports(ast.parse(source))
        if (top := name.partition(".")[0]) not in OURS and top not in sys.stdlib_module_names
    }


def outside_doors(source: str, path: str) -> list[str]:
    """Return which dependencies a file imports without being their door, as `line: what`."""
    return [
        f"{line}: imports {name}, whose doors are: {', '.join(DOORS.get(name, {})) or 'none, see DOORS'}"
        for line, name in sorted(foreign_imports(source))
        if not any(fnmatch(path, door) for door in DOORS.get(name, {}))
    ]


def modules_loaded(script: str) -> set[str]:
    """Run a script in a new interpreter; return the third-party modules that it left loaded."""
    report = "\nimport sys\nsys.stderr.write('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", script + report],
        cwd=package_folder(PURE).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("\n")[2].split()) - set(sys.stdlib_module_names) - set(OURS) - {"__main__"}


def test_protocol_is_pure() -> None:
    """No file of protocol/ does I/O, reads a clock, draws a random number, waits or logs."""
    found = [
        f"{name_in_house(path, PURE)}:{what}"
        for path in sources(PURE)
        for what in impurities(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", OURS)
def test_each_dependency_stands_behind_its_door(package: str) -> None:
    """A third-party module is imported only where the table says."""
    found = [
        f"{name}:{what}"
        for path in sources(package)
        for name in [name_in_house(path, package)]
        for what in outside_doors(path.read_text(encoding="utf-8"), name)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", OURS)
def test_package_imports_only_what_its_extra_installs(package: str) -> None:
    """What a package imports comes with its own dependencies, not by luck with another's."""
    found = [
        f"{name_in_house(path, package)}:{line}: imports {name}"
        for path in sources(package)
        for line, name in sorted(foreign_imports(path.read_text(encoding="utf-8")))
        if name not in DISTRIBUTIONS[package]
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("module", "arguments"), HELPS, ids=str)
def test_help_loads_no_third_party_module_but_click(module: str, arguments: list[str]) -> None:
    """Asking for help is quick, and works where no extra is installed."""
    script = (
        f"import sys\nfrom {module} import main\nsys.argv = ['chamber', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    assert modules_loaded(script) - modules_loaded("") <= {"click"}


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "import os.path",
        "from urllib import request",
        "from os import path",
        "def f() -> None:\n    import random",
        "from datetime import datetime\nprint(datetime.now())",
        "open('x')",
    ],
)
def test_planted_impurity_is_found(planted: str) -> None:
    """The check of purity sees each way of writing it."""
    assert impurities(planted)


@pytest.mark.parametrize(
    "allowed", ["import urllib.parse", "from . import time", "import hashlib", "text = 'import os'"]
)
def test_pure_source_passes(allowed: str) -> None:
    """The check of purity does not cry wolf."""
    assert not impurities(allowed)


def test_planted_import_outside_its_door_is_found() -> None:
    """The check of doors knows the door from the next file, and an unknown dependency from a known one."""
    assert not outside_doors("import mqtt5", "controller/mqtt/codec.py")
    assert outside_doors("import mqtt5", "controller/service.py")
    assert outside_doors("from sqlalchemy.orm import Session", "controller/service.py")
    assert outside_doors("import requests", "controller/service.py")
