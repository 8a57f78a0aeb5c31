"""Makes the two fonts of the invoice PDF: python3 scripts/fonts.py FOLDER

FOLDER holds the unpacked npm package inter-ui (npm pack inter-ui@4.1.1; tar xzf …). Needs
fonttools and brotli from PyPI. The results are kept in public/assets/fonts, so nobody has to run
this to build or test: it only tells how they came to be.

What is changed: only the scripts below, outlines and metrics; no layout tables (the PDF is set glyph
by glyph) and no hints; the figures 0-9 are the tabular ones, so that amounts stand under each other.
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

RANGES = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x300, 0x36F),  # Latin, modifiers, combining marks
    (0x370, 0x3FF), (0x400, 0x52F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese, ẞ
    (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF),  # punctuation, super- and subscripts, currencies
    (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x2199),  # letterlike, fractions, arrows
    (0x2200, 0x22FF), (0x25A0, 0x25FF), (0x2600, 0x2605), (0x2610, 0x2612), (0x2713, 0x2718),
]
TARGET = Path(__file__).resolve().parent.parent / "public/assets/fonts"


def tabular(font):
    """Lets 0-9 be the figures that the feature `tnum` gives."""
    table = font["GSUB"].table
    swaps = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for each in table.LookupList.Lookup[index].SubTable:
                    swaps.update(getattr(getattr(each, "ExtSubTable", each), "mapping", {}))
    for cmap in font["cmap"].tables:
        for code in range(0x30, 0x3A):
            if code in cmap.cmap:
                cmap.cmap[code] = swaps.get(cmap.cmap[code], cmap.cmap[code])


def main(package):
    for weight in ("Regular", "SemiBold"):
        font = TTFont(package / f"web/Inter-{weight}.woff2", recalcTimestamp=False)
        tabular(font)
        options = subset.Options(
            layout_features=[], hinting=False, glyph_names=False, notdef_outline=True,
            name_IDs=[0, 1, 2, 4, 5, 6, 13, 14], drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta"],
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
        subsetter.subset(font)
        font.flavor = None
        target = TARGET / f"inter-{weight.lower()}.ttf"
        font.save(target)
        print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getBestCmap())} characters")


main(Path(sys.argv[1]))
