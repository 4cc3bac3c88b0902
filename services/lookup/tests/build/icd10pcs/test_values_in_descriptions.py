"""Meanings of characters are read off descriptions where a whole table proves them."""

from lookup.build.icd10pcs.values_in_descriptions import NONE, read_values


def values(descriptions: dict[str, str]) -> dict[tuple[str, int, str], str]:
    found, _unread = read_values(descriptions)
    return {(value.context, value.position, value.character): value.label for value in found}


def test_words_of_a_description_go_to_their_characters() -> None:
    found = values(
        {
            "B2101ZZ": "Fluoroscopy of Single Coronary Artery using Low Osmolar Contrast",
            "B2111ZZ": "Fluoroscopy of Multiple Coronary Arteries using Low Osmolar Contrast",
            "B211010": "Fluoroscopy of Multiple Coronary Arteries using High Osmolar Contrast, "
            "Laser Intraoperative",
        }
    )
    assert found["B21", 4, "1"] == "Multiple Coronary Arteries"
    assert found["B21", 5, "0"] == "High Osmolar Contrast"
    assert found["B21", 6, "1"] == "Laser"
    assert found["B21", 7, "0"] == "Intraoperative"
    assert found["B21", 7, "Z"] == NONE


def test_a_character_of_which_two_things_are_said_means_neither() -> None:
    found = values(
        {
            "7W00X0Z": "Osteopathic Treatment of Head using Articulatory-Raising Forces",
            "7W00X1Z": "Osteopathic Treatment of Neck using Fascial Release",
            "7W01X1Z": "Osteopathic Treatment of Cervical Region using Fascial Release",
        }
    )
    assert ("7W0", 4, "0") not in found
    assert found["7W0", 4, "1"] == "Cervical Region"


def test_words_that_two_characters_share_are_of_neither() -> None:
    found = values(
        {
            "7W00X0Z": "Osteopathic Treatment of Head using Fascial Release",
            "7W01X1Z": "Osteopathic Treatment of Cervical Region using Fascial Release",
        }
    )
    assert ("7W0", 6, "0") not in found
    assert ("7W0", 6, "1") not in found


def test_words_that_stand_side_by_side_are_parted_by_what_codes_have_in_common() -> None:
    found = values(
        {
            "4A133BZ": "Monitoring of Arterial Pressure, Percutaneous Approach",
            "4A133HZ": "Monitoring of Arterial Sound, Percutaneous Approach",
            "4A143BZ": "Monitoring of Venous Pressure, Percutaneous Approach",
            "4A143HZ": "Monitoring of Venous Sound, Percutaneous Approach",
            # The qualifier says that it is stress; what the function is cannot be told.
            "4A12XM4": "Monitoring of Cardiac Stress, External Approach",
        }
    )
    assert found["4A1", 4, "3"] == "Arterial"
    assert found["4A1", 6, "H"] == "Sound"
    assert ("4A1", 6, "M") not in found


def test_a_qualifier_of_a_substance_is_read_in_its_light() -> None:
    found = values(
        {
            "3E013VZ": "Introduction of Hormone into Subcutaneous Tissue, Percutaneous Approach",
            "3E013VG": "Introduction of Insulin into Subcutaneous Tissue, Percutaneous Approach",
            "3E013GC": "Introduction of Other Therapeutic Substance into Subcutaneous Tissue, "
            "Percutaneous",
            "3E03U0Z": "Introduction of Sperm into Peripheral Vein, Open",
            "3E030U1": "Introduction of Nonautologous Pancreatic Islet Cells into Peripheral Vein, "
            "Open Approach",
        }
    )
    assert found["3E0", 6, "V"] == "Hormone"
    assert found["3E0/V", 7, "G"] == "Insulin"
    assert ("3E0", 6, "G") not in found
    assert found["3E0/U", 7, "1"] == "Nonautologous"
    assert found["3E0", 6, "U"] == "Pancreatic Islet Cells"
    assert found["3E0", 4, "3"] == "Peripheral Vein"


def test_new_technologies_are_told_apart_by_their_group() -> None:
    found = values(
        {
            "XW033E5": "Introduction of Remdesivir Anti-infective into Peripheral Vein, "
            "Percutaneous Approach, New Technology Group 5",
            "XW033E6": "Introduction of Etesevimab Monoclonal Antibody into Peripheral Vein, "
            "Percutaneous Approach, New Technology Group 6",
        }
    )
    assert found["XW0/5", 6, "E"] == "Remdesivir Anti-infective"
    assert found["XW0/6", 6, "E"] == "Etesevimab Monoclonal Antibody"
    assert ("XW0", 6, "E") not in found


def test_descriptions_that_no_rule_reads_are_told() -> None:
    assert read_values({"7W00X0Z": "Something else"}) == ([], ["7W00X0Z"])
