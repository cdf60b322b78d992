"""What the parsers of office archives share: XML that can't reach out, and a refusal of document type definitions."""

import posixpath
import re
import zipfile

from knowledge.ingestion.archives import read_entry, read_head
from knowledge.ingestion.types import ParseError

RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
EMBED = f"{RELATIONS}embed"  # of a picture: the relation that leads to its file
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)


def refuse_entities(archive: zipfile.ZipFile) -> None:
    """Raise ParseError("unsafe") when a part defines entities: no office program writes such, attacks do."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels", ".vml", ".xsd")):
            head = read_head(archive, entry.filename)
            if _DEFINITION.search(head) or _DEFINITION.search(head.replace(b"\x00", b"")):
                raise ParseError("unsafe", entry.filename)


def read_xml(archive: zipfile.ZipFile, name: str):
    """The root of an XML part; None when the archive has no such part. Raises ParseError."""
    from lxml import etree

    if name not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, recover=False)
    try:
        return etree.fromstring(read_entry(archive, name), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError("corrupt", f"{name}: {error}") from error


def targets_of(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (kind, part) of what a part refers to within the file; references out of it are left alone."""
    folder, base = posixpath.split(part)
    root = read_xml(archive, f"{folder}/_rels/{base}.rels")
    found = {}
    for relation in root if root is not None else ():
        if relation.get("TargetMode") != "External" and relation.get("Target"):
            target = posixpath.normpath(posixpath.join("/" + folder, relation.get("Target"))).lstrip("/")
            found[relation.get("Id")] = ((relation.get("Type") or "").rpartition("/")[2], target)
    return found
