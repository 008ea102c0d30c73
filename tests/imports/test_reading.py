from __future__ import annotations

import gzip

import pytest

from ecrm.errors import InvalidError
from ecrm.imports.mapping import FileFormat
from ecrm.imports.reading import read_lines


def read(path, layout=None, needed=()):
    return list(read_lines(path, layout or FileFormat(), needed))


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_csv_file_is_read_with_the_numbers_of_its_lines(tmp_path):
    path = written(tmp_path, "a.csv", 'id,text\n1,"two\nlines"\n\n2,b\n')
    assert [(line.number, line.cells) for line in read(path)] == [
        (2, {"id": "1", "text": "two\nlines"}),
        (5, {"id": "2", "text": "b"}),
    ]


def test_a_line_with_too_few_or_too_many_columns_is_told_and_the_rest_goes_on(tmp_path):
    lines = read(written(tmp_path, "a.csv", "id,text\n1\n2,b,c\n3,d\n"))
    assert [(line.number, line.cells is None) for line in lines] == [(2, True), (3, True), (4, False)]
    assert "1 columns instead of 2" in lines[0].fault


def test_a_gzipped_file_is_read_as_the_file_in_it(tmp_path):
    path = written(tmp_path, "a.csv.gz", gzip.compress(b"id\n1\n"))
    assert [line.cells for line in read(path)] == [{"id": "1"}]


def test_a_damaged_gzipped_file_is_wrong_input(tmp_path):
    path = written(tmp_path, "a.csv.gz", gzip.compress(b"id\n" + b"1\n" * 10_000)[:-20])
    with pytest.raises(InvalidError):
        read(path)


def test_a_file_that_is_not_there_is_wrong_input(tmp_path):
    with pytest.raises(InvalidError):
        read(tmp_path / "missing.csv")


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(InvalidError, match="'mail'"):
        read(written(tmp_path, "a.csv", "id\n1\n"), needed=["id", "mail"])


def test_a_missing_column_is_named_also_where_the_mapping_names_the_columns(tmp_path):
    with pytest.raises(InvalidError, match="'mail'"):
        read(written(tmp_path, "a.csv", "1\n"), FileFormat(columns=("id",)), needed=["id", "mail"])


def test_a_column_that_stands_twice_can_not_be_meant(tmp_path):
    with pytest.raises(InvalidError):
        read(written(tmp_path, "a.csv", "id,id\n1,2\n"), needed=["id"])


def test_turkish_letters_of_excel_are_read(tmp_path):
    path = written(tmp_path, "a.csv", "Müşteri;Şehir\nIşıl;Iğdır\n".encode("cp1254"))
    layout = FileFormat(encoding="cp1254", delimiter=";")
    assert read(path, layout)[0].cells == {"Müşteri": "Işıl", "Şehir": "Iğdır"}


def test_the_mark_at_the_beginning_of_a_utf8_file_is_no_part_of_the_header(tmp_path):
    assert list(read(written(tmp_path, "a.csv", b"\xef\xbb\xbfid\n1\n"))[0].cells) == ["id"]


def test_bytes_that_are_no_text_and_nul_are_told_and_the_rest_goes_on(tmp_path):
    lines = read(written(tmp_path, "a.csv", b"id\n\xff\n\x00\n3\n"))
    assert [bool(line.fault) for line in lines] == [True, True, False]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_file(tmp_path):
    rest = "".join(f"{number},x\n" for number in range(60_000))
    lines = read(written(tmp_path, "a.csv", f'id,text\n1,"oops\n{rest}'))
    assert lines[0].fault
    assert any(line.cells for line in lines)


def test_words_for_nothing_are_empty_cells(tmp_path):
    path = written(tmp_path, "a.csv", "id,text\n1,NULL\n")
    assert read(path, FileFormat(empty=frozenset({"NULL"})))[0].cells == {"id": "1", "text": ""}


def test_text_with_blanks_between_columns_is_read_by_the_names_given(tmp_path):
    path = written(tmp_path, "a.txt", " 00004 19970101  2   29.33\r\n\r\n 00005 19970102  1   1.00\r\n")
    lines = read(path, FileFormat(columns=("who", "day", "cds", "dollars")))
    assert [(line.number, line.cells["dollars"]) for line in lines] == [(1, "29.33"), (3, "1.00")]


def test_json_lines_are_flattened_to_dotted_names(tmp_path):
    path = written(tmp_path, "a.jsonl", '{"id": 1, "who": {"mail": "a@b.org"}, "tags": ["a", "b"], "x": null}\n')
    assert read(path, needed=["y"])[0].cells == {
        "y": "", "id": "1", "who.mail": "a@b.org", "tags": "a,b", "x": "",
    }  # fmt: skip


def test_the_items_of_a_json_order_are_its_lines(tmp_path):
    path = written(tmp_path, "a.jsonl", '{"id": "7", "items": [{"sku": "A", "price": 1.50}, {"sku": "B"}]}\n')
    lines = read(path, FileFormat(items="items"))
    assert [(line.number, line.cells["id"], line.cells["items.sku"]) for line in lines] == [
        (1, "7", "A"), (1, "7", "B"),
    ]  # fmt: skip
    assert lines[0].cells["items.price"] == "1.50"


@pytest.mark.parametrize("bad", ["{", "[1]", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\u0000"}', "x" * 1_100_000])
def test_a_line_that_is_no_json_object_is_told_and_the_rest_goes_on(tmp_path, bad):
    lines = read(written(tmp_path, "a.jsonl", f'{bad}\n{{"id": 1}}\n'))
    assert [bool(line.fault) for line in lines] == [True, False]
    assert lines[1].number == 2


def test_progress_is_told_in_bytes(tmp_path):
    told = []
    list(read_lines(written(tmp_path, "a.csv", "id\n1\n"), FileFormat(), (), told.append))
    assert told
