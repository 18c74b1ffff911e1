"""What several test modules stand on: an invented shop's content folder, the sample shop indexed without a model, an embedder that counts."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings as hypothesis_settings

os.environ["HF_HUB_OFFLINE"] = "1"
for _variable in [name for name in os.environ if name.startswith("KB_")]:
    del os.environ[_variable]

from ingest.build import ingest  # noqa: E402
from kb.embedding import Vectors, unit_rows  # noqa: E402
from kb.settings import Settings  # noqa: E402
from kb.snapshot import Snapshot, load_current  # noqa: E402
from kb.text import tokenise  # noqa: E402
from ui.services import Services  # noqa: E402

ROOT = Path(__file__).parents[1]

# The same examples on every machine, however slow it is. To look for new ones: pytest --hypothesis-profile=search
hypothesis_settings.register_profile("youju", deadline=None, derandomize=True, max_examples=60)
hypothesis_settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis_settings.load_profile("youju")

LANTERN_QUAY = {
    "shop.yaml": "name: {zh-Hant: 燈塔碼頭, zh-Hans: 灯塔码头, en: Lantern Quay}\ntime_zone: Europe/Lisbon\nreply_language: zh-Hant\ntoday: 2031-05-20\n",
    "disclaimers.yaml": (
        "wind:\n  zh-Hant: 強風下請收起雨傘。\n  zh-Hans: 强风下请收起雨伞。\n  en: Close the umbrella in strong wind.\n"
        "ink:\n  zh-Hant: 墨水請放在兒童接觸不到的地方。\n  zh-Hans: 墨水请放在儿童接触不到的地方。\n  en: Keep ink away from children.\n"
    ),
    "glossary.yaml": (
        "terms:\n"
        "  - {id: storm-umbrella, names: {zh-Hant: [風暴傘, 防風傘], zh-Hans: [风暴伞], en: [storm umbrella]}}\n"
        "  - {id: reed-pen, names: {zh-Hant: [蘆葦筆], zh-Hans: [芦苇笔], en: [reed pen, reed pens]}}\n"
    ),
    "articles/returns/umbrellas.md": """---
id: returns/umbrellas
title: 雨傘退換
lang: zh-Hant
category: returns
products: [storm-umbrella]
audience: public
owner: 退換組
valid_from: 2031-01-01
valid_until:
review_by: 2031-12-31
supersedes: returns/umbrellas-2030
translation_of:
status: published
disclaimers: [wind]
---
雨傘的退貨與換貨安排如下。

## 未拆封的雨傘

- 未拆封的風暴傘:簽收後 9 日內可退款,收 4% 手續費。
- 未拆封的摺疊傘:簽收後 5 日內可換貨 1 次。

::: reply lang=en
An unopened storm umbrella can be refunded within 9 days of delivery, less a 4% handling fee.
An unopened folding umbrella can be exchanged 1 time within 5 days of delivery.
:::

## 保養期

| 款式 | 保養期 | 維修費 |
|---|---|---|
| 風暴傘 | 18 個月 | HKD 45 |
| 摺疊傘 | 7 個月 | HKD 25 |
""",
    "articles/returns/umbrellas-2030.md": """---
id: returns/umbrellas-2030
title: 雨傘退換(2030 年)
lang: zh-Hant
category: returns
owner: 退換組
valid_from: 2030-01-01
valid_until: 2030-12-31
review_by:
status: published
disclaimers: [wind]
---
未拆封的風暴傘:簽收後 3 日內可退款。
""",
    "articles/care/pens.md": """---
id: care/pens
title: 芦苇笔的保养
lang: zh-Hans
category: care
owner: 文具组
valid_from: 2031-01-01
review_by: 2031-04-30
status: published
disclaimers: [ink]
---
## 清洗

芦苇笔每 6 个星期清洗一次,水温不高于 35 °C。

## 存放

1. 芦苇笔平放,避免阳光直射。
2. 一瓶 30 毫升墨水可写约 80 页。
""",
    "articles/delivery/islands.md": """---
id: delivery/islands
title: Delivery to the islands
lang: en
category: delivery
owner: Delivery desk
valid_from: 2031-01-01
status: published
---
## Fee and time

Delivery to the outer islands takes 6 working days and costs EUR 12.
Orders above EUR 150 are delivered to the islands free of charge.

## Lost parcels

A parcel that has not arrived after 21 days counts as lost, and we send it again.
""",
    "articles/staff/goodwill.md": """---
id: staff/goodwill
title: Goodwill limits
lang: en
category: internal
audience: agent
owner: Team lead
valid_from: 2031-01-01
status: published
---
Agents may grant a goodwill voucher of up to EUR 17 without asking the team lead.
""",
}


class HashEmbedder:
    """A bag of hashed tokens: deterministic, without a model, similar for texts that share words. Remembers what it embedded."""

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self.identity = f"{name}:{dimension}"
        self.dimension = dimension
        self.passages: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokenise(text):
                digest = hashlib.sha256(f"{self.identity} {token}".encode()).digest()
                row[digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
        return unit_rows(rows)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += texts
        return self.encode_queries(texts)


@pytest.fixture(scope="session")
def hash_embedder() -> type[HashEmbedder]:
    """The class: each test makes its own, so that it counts its own."""
    return HashEmbedder


@pytest.fixture(scope="session")
def lantern_quay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content folder of an invented shop, in three languages. Read only: tests that write take `own_lantern_quay`."""
    folder = tmp_path_factory.mktemp("lantern-quay")
    for name, text in LANTERN_QUAY.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own_lantern_quay(lantern_quay: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(lantern_quay, tmp_path / "lantern-quay"))


@pytest.fixture
def write_article() -> Callable[..., Path]:
    """Writes an article with the least front matter, or with the lines given."""

    def write(content: Path, name: str, body: str = "It says something.", *lines: str) -> Path:
        path = content / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        front_matter = lines or ("title: A title", "lang: en")
        path.write_text("\n".join(["---", *front_matter, "---", body]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def lantern_quay_snapshot(lantern_quay: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The invented shop, indexed with a HashEmbedder."""
    home = tmp_path_factory.mktemp("lantern-quay-home")
    ingest(lantern_quay, HashEmbedder(), home, keep=1)
    return load_current(home)


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sample shop by lexical search alone."""
    return Settings(home=tmp_path_factory.mktemp("sample-home"), content=ROOT / "content", embedder="none")


@pytest.fixture(scope="session")
def sample_services(sample_settings: Settings) -> Services:
    """The sample shop, indexed once for all tests."""
    return Services.open(sample_settings)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a throwaway PostgreSQL cluster, on a socket of its own. Skips where none is installed; YOUJU_REQUIRE_POSTGRES=1 makes that a failure."""
    binaries = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1:]]
    found = shutil.which("initdb", path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, binaries)]))
    if found is None:
        assert os.environ.get("YOUJU_REQUIRE_POSTGRES") != "1", "PostgreSQL is not installed: apt-get install postgresql"
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="youju-postgres-"))
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:  # it refuses to run as root
        account = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()})
        os.chown(folder, account.pw_uid, account.pw_gid)
        owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        command = [str(Path(found).resolve().with_name(program)), "-D", str(folder / "data"), *arguments]
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, **owner)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    try:
        run("initdb", "-U", "youju", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-F -c listen_addresses= -k {folder}", "start")
        try:
            yield f"postgresql://youju@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
