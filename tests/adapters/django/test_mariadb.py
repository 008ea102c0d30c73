"""A shop on MariaDB: the CRM lives beside it, what is emitted is durable, and does not share the fate of the order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pymysql
import pytest


def answers():
    try:
        pymysql.connect(host="127.0.0.1", port=3306, user="root", password="", connect_timeout=1).close()
    except pymysql.MySQLError:
        return False
    return True


@pytest.mark.skipif(not answers(), reason="needs a MariaDB server on 127.0.0.1:3306 that root may use")
def test_shop_on_mariadb_is_told_that_its_events_do_not_share_the_fate_of_its_orders(tmp_path):
    driver = Path(__file__).parent / "mariadriver.py"
    done = subprocess.run([sys.executable, str(driver), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "vendor": "mysql",
        "told": [True, True],
        "orders": 1,
        "known": ["1", "2"],
        "checks": ["ecrm.W001", "ecrm.W002"],
        "has_tables_of_ours": False,
    }
