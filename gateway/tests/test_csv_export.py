"""Files for spreadsheets, and which plans have them."""

import csv
import io

import pytest
import yaml

from gateway import csv_export
from gateway.plans_offered import PLANS
from gateway.tests.gateway_process import PLANS as PLAN_FILE


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_of_a_file_begins_a_formula(begin: str) -> None:
    text = csv_export.table(["Note"], [[f'{begin}HYPERLINK("x")'], ["a=b"], [""]])

    told = list(csv.reader(io.StringIO(text, newline="")))
    assert told == [["Note"], [f'\'{begin}HYPERLINK("x")'], ["a=b"], [""]]


def test_plans_offer_the_features_that_the_plan_file_gives_them() -> None:
    plans = yaml.safe_load(PLAN_FILE.read_text())["plans"]

    given = {key: set(plan.get("features", [])) for key, plan in plans.items()}
    assert {key: set(plan.features) for key, plan in PLANS.items()} == given
