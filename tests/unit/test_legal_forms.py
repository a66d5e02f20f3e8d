"""Names of companies meet when only their legal form, script or spelling differs, and stay apart when their own words do."""

from __future__ import annotations

import pytest

from tradewind.kinds.reference.legal_forms import forms, normalise, words_of

SAME = [
    ("宁波东方贸易有限公司", "Ningbo Dongfang Trading Co., Ltd", "NINGBO DONGFANG TRADE CO.,LTD.", "寧波東方貿易有限公司"),
    ("深圳市华强电子股份有限公司", "Shenzhen Huaqiang Electronics Co., Ltd."),
    ("重庆长安国际贸易有限责任公司", "Chongqing Changan International Trading Company Limited"),
    ("株式会社トヨタ", "トヨタ株式会社", "㈱トヨタ", "トヨタ（株）", "Toyota K.K."),
    ("주식회사 카카오", "카카오(주)", "카카오 주식회사", "㈜카카오"),
    ("ООО «Ромашка»", "Ромашка, ООО", "OOO Romashka", '"Romashka" LLC', "Общество с ограниченной ответственностью «Ромашка»"),
    ("ТОВ «Епіцентр»", "Епіцентр, ТОВ"),
    ("Müller GmbH & Co. KG", "MÜLLER GMBH & CO KG", "Müller Gesellschaft mit beschränkter Haftung", "Muller"),
    ("Beispiel UG (haftungsbeschränkt)", "Beispiel"),
    ("Petronas Sdn. Bhd.", "PETRONAS SDN BHD", "Petronas Berhad"),
    ("Fiat S.p.A.", "FIAT SPA", "Fiat S. p. A.", "Fiat Società per Azioni"),
    ("Tata Motors Pvt Ltd", "Tata Motors (P) Ltd.", "TATA MOTORS PRIVATE LIMITED"),
    ("Volvo AB (publ)", "AB Volvo", "VOLVO"),
    ("A/S Norden", "Norden A/S"),
    ("Orlen Sp. z o.o.", "ORLEN SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ", "Orlen sp.zo.o."),
    ("Škoda Auto a.s.", "SKODA AUTO AS"),
    ("Koç Sanayi ve Ticaret A.Ş.", "KOÇ SANAYİ VE TİCARET ANONİM ŞİRKETİ", "Koc"),
    ("Công ty TNHH Đông Phương", "DONG PHUONG CO., LTD"),
    ("PT Indofood Tbk", "Indofood", "PT. INDOFOOD"),
    ("บริษัท ไทยเบฟ จำกัด (มหาชน)", "ไทยเบฟ"),
    ("شركة النور ذ.م.م", "النور"),
    ("Grupo Bimbo S.A.B. de C.V.", "GRUPO BIMBO SAB DE CV", "Grupo Bimbo"),
    ("Petrobras S/A", "Petrobras S.A."),
    ("Construções Silva Lda.", "CONSTRUCOES SILVA, LDA"),
    ("L'Oréal S.A.", "LOREAL"),
    ("Bouygues SARL", "Bouygues S.A.R.L.", "Bouygues société à responsabilité limitée"),
    ("Philips N.V.", "Philips Naamloze Vennootschap"),
    ("Procter & Gamble Co.", "Procter and Gamble Company"),
    ("The Boeing Company", "Boeing"),
    ("Ελληνικά Πετρέλαια Α.Ε.", "ΕΛΛΗΝΙΚΑ ΠΕΤΡΕΛΑΙΑ"),
]
APART = [
    ("宁波东方贸易有限公司", "宁波西方贸易有限公司"),
    ("Müller GmbH", "Möller GmbH"),
    ("SAS Institute Inc.", "Institute Inc."),
    ("SNC-Lavalin", "Lavalin"),
    ("Pat McGrath Ltd", "McGrath Ltd"),
    ("At Home Group", "Home Group"),
    ("3M Company", "M Company"),
    ("General Electric", "General Motors"),
    ("Trust Bank Ltd", "Bank Ltd"),
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_spellings_of_one_name_meet(names: tuple[str, ...]) -> None:
    assert len({normalise(name) for name in names}) == 1, [normalise(name) for name in names]
    assert normalise(names[0]).isascii()
    assert normalise(names[0])


@pytest.mark.parametrize("names", APART, ids=lambda names: names[0])
def test_different_names_stay_apart(names: tuple[str, str]) -> None:
    assert normalise(names[0]) != normalise(names[1])


@pytest.mark.parametrize(
    ("name", "key"), [("有限公司", "youxiangongsi"), ("Limited Company", "limitedcompany"), ("GmbH", "gmbh"), ("!!!", ""), ("", ""), ("S.A.", "sa")]
)
def test_what_is_nothing_but_a_form_stays(name: str, key: str) -> None:
    assert normalise(name) == key


def test_a_second_time_changes_nothing() -> None:
    for names in SAME:
        for name in names:
            assert normalise(normalise(name)) == normalise(name)


def test_words_of_a_name_are_kept_apart_for_those_who_compare_words() -> None:
    assert words_of("Ningbo Dongfang Trading Co., Ltd") == ("ningbo", "dongfang", "trading")


def test_no_form_is_an_ordinary_word_in_front() -> None:
    assert not {("company",), ("trading",), ("the",), ("sas",), ("snc",), ("sa",), ("at",), ("too",), ("pat",)} & forms().start
