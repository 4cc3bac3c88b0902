"""What may be searched of ICD-10-PCS."""

from pathlib import Path

from lookup.documents import Alias, AliasField, SearchDocument


def test_there_is_a_document_for_each_stretch_that_a_release_covers(
    pcs_build: tuple[Path, list[SearchDocument]],
) -> None:
    documents = pcs_build[1]
    assert len(documents) == 79_188
    assert min(document.effective for document in documents).isoformat() == "2024-04-01"
    assert [document.code for document in documents] == sorted(d.code for d in documents)


def test_a_code_is_found_by_its_axes_and_by_the_index(
    pcs_build: tuple[Path, list[SearchDocument]],
) -> None:
    (appendix,) = (document for document in pcs_build[1] if document.code == "0DTJ4ZZ")
    assert appendix.chapter == "0"
    said = set(appendix.aliases)
    assert Alias(AliasField.AXIS, "Gastrointestinal System") in said
    assert Alias(AliasField.AXIS, "Resection") in said
    assert any("laparoscopic" in alias.text for alias in said)
    assert Alias(AliasField.INDEX, "Appendectomy") in said
    assert not any(alias.text in ("No Device", "No Qualifier", "None") for alias in said)
