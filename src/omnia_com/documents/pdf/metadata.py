"""What a document says of itself: title, language, dates, the standards it follows, the file that goes along."""

from datetime import UTC, datetime
from functools import cache
from pathlib import PurePath
from string import Template
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import ImageCms

PRODUCER = "OMNIA IS – COM"
SRGB = "sRGB IEC61966-2.1"
XMP = Template(
    """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">$title</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>$lang</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>$date</xmp:CreateDate><xmp:ModifyDate>$date</xmp:ModifyDate>
<xmp:CreatorTool>$producer</xmp:CreatorTool><pdf:Producer>$producer</pdf:Producer>
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
)


def describe(pdf: pikepdf.Pdf, *, title: str, when: datetime, lang: str) -> None:
    """Write title, language, date, conformance and colour space, in place of what Chromium wrote."""
    root = pdf.Root
    title = _xml_text(title)
    root.Lang = String(lang)
    root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.OutputIntents = Array([_output_intent(pdf)])
    root.Metadata = pdf.make_stream(_xmp(title, when, lang).encode(), Type=Name.Metadata, Subtype=Name.XML)
    date, producer = String(_pdf_date(when)), String(PRODUCER)
    pdf.docinfo = pdf.make_indirect(
        Dictionary(Title=String(title), Producer=producer, Creator=producer, CreationDate=date, ModDate=date)
    )


def attach(pdf: pikepdf.Pdf, name: str, data: bytes, *, when: datetime) -> None:
    """Embed *data* (JSON) under *name*, as the source that the document shows."""
    parameters = Dictionary(ModDate=String(_pdf_date(when)), Size=len(data))
    stream = pdf.make_stream(data, Type=Name.EmbeddedFile, Subtype=Name("/application/json"), Params=parameters)
    name = PurePath(name).name
    file = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(name),
            UF=String(name),
            Desc=String("I dati della comunicazione, leggibili da un programma"),
            AFRelationship=Name.Data,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    names = pdf.Root.get("/Names", Dictionary())
    names.EmbeddedFiles = Dictionary(Names=Array([String(name), file]))
    pdf.Root.Names = names
    pdf.Root.AF = Array([file])


def _output_intent(pdf: pikepdf.Pdf) -> Dictionary:
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(SRGB),
        Info=String(SRGB),
        RegistryName=String("http://www.color.org"),
        DestOutputProfile=pdf.make_stream(_srgb(), N=3),
    )


@cache
def _srgb() -> bytes:
    """Pillow stamps the profile with the hour in which it is made: bytes 24-35, of no meaning here."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes((7, 208, 0, 1, 0, 1)) + bytes(6) + profile[36:]


def _xmp(title: str, when: datetime, lang: str) -> str:
    date = f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    values = {"title": title, "lang": lang, "date": date, "producer": PRODUCER}
    return XMP.substitute({name: escape(value, {'"': "&quot;"}) for name, value in values.items()})


def _xml_text(text: str) -> str:
    """*text* without the characters that XML 1.0 forbids."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff\x7f")


def _pdf_date(when: datetime) -> str:
    return f"{when.astimezone(UTC):D:%Y%m%d%H%M%S+00'00'}"
