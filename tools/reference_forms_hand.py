"""Legal forms as people write them: those in front of a name, and those by country that ISO 20275 lacks or spells otherwise."""

from __future__ import annotations

FRONT = (
    "ооо", "оао", "зао", "пао", "ао", "тов", "тоо", "ип", "ат", "пат", "прат", "одо", "чп", "тзов", "ад", "еад", "еоод", "оод", "ет", "сд", "ooo", "oao", "zao", "pao", "pt", "cv", "uab", "ab", "sia",
    "as", "ou", "oü", "akciju sabiedrība", "pt pma", "sarl", "eurl", "ste", "sté", "ets", "messrs", "kft", "ead", "eood", "ood",
)  # fmt: skip
"""Forms that stand in front of the name; SAS, SA, SNC and other letters that begin names as often are left."""
BY_HAND: tuple[tuple[str, str, str], ...] = (
    # China, Hong Kong, Macau, Taiwan
    *(("CN HK MO TW", "affix", form) for form in (
        "有限责任公司", "股份有限公司", "集团股份有限公司", "有限公司", "责任有限公司", "股份公司", "公司", "分公司", "有限合伙", "普通合伙", "合伙企业", "个人独资企业", "有限責任公司", "責任有限公司",
        "股份有限公司", "無限公司", "有限合夥", "兩合公司", "有限公司分公司", "股份有限公司分公司", "企業社", "股份合作公司",
    )),
    # Japan
    *(("JP", "affix", form) for form in (
        "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "株式會社", "特定非営利活動法人", "一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人", "医療法人社団", "医療法人",
        "学校法人", "社会福祉法人", "協同組合",
    )),
    *(("JP", "both", form) for form in ("kabushiki kaisha", "kabushiki gaisha", "kabushikigaisha", "kabushikikaisha", "yugen kaisha", "yugen gaisha", "godo kaisha", "godo gaisha", "k k", "g k", "y k")),
    # Korea
    *(("KR", "affix", form) for form in ("주식회사", "유한회사", "유한책임회사", "합자회사", "합명회사", "사단법인", "재단법인")),
    *(("KR", "both", form) for form in ("jusik hoesa", "chusik hoesa", "yuhan hoesa")),
    # Thailand, Laos, Cambodia, Myanmar, Vietnam
    *(("TH", "affix", form) for form in ("บริษัท", "จำกัด", "จำกัด (มหาชน)", "จำกัดมหาชน", "มหาชน", "ห้างหุ้นส่วนจำกัด", "ห้างหุ้นส่วนสามัญ", "ห้างหุ้นส่วน", "หจก", "บมจ", "บจก")),
    *(("TH", "end", form) for form in ("public company limited", "pcl", "co ltd", "limited partnership")),
    *(("LA", "affix", form) for form in ("ບໍລິສັດ", "ຈຳກັດ", "ຈໍາກັດ")),
    *(("VN", "both", form) for form in (
        "công ty tnhh", "công ty tnhh mtv", "công ty tnhh một thành viên", "công ty tnhh hai thành viên trở lên", "công ty cổ phần", "công ty cp", "công ty hợp danh",
        "doanh nghiệp tư nhân", "công ty trách nhiệm hữu hạn", "công ty trách nhiệm hữu hạn một thành viên", "tổng công ty", "công ty", "ctcp", "cty tnhh", "cty cp", "dntn", "tnhh",
    )),
    # Indonesia, Malaysia, Singapore, Philippines, India, Pakistan, Bangladesh, Sri Lanka
    *(("ID", "end", form) for form in ("tbk", "persero", "persero tbk", "pt")),
    *(("ID", "both", form) for form in ("perseroan terbatas", "perusahaan dagang", "usaha dagang", "commanditaire vennootschap")),
    *(("MY BN", "end", form) for form in ("sdn bhd", "sendirian berhad", "berhad", "bhd", "plt", "sdn", "m sdn bhd")),
    *(("SG", "end", form) for form in ("pte ltd", "private limited", "pte limited", "pte", "s pte ltd", "llp")),
    *(("IN PK BD LK", "end", form) for form in (
        "pvt ltd", "private limited", "pvt limited", "p ltd", "private ltd", "opc pvt ltd", "opc private limited", "pvt", "llp", "limited liability partnership", "smc pvt ltd",
    )),
    *(("IN", "end", form) for form in ("प्राइवेट लिमिटेड", "लिमिटेड", "प्रा लि")),
    # English-speaking
    *(("GB IE US CA AU NZ ZA HK KE NG", "end", form) for form in (
        "ltd", "limited", "company", "company limited", "co ltd", "co limited", "co inc", "and co", "and company", "and co ltd", "and company limited", "and co inc", "inc", "incorporated",
        "corp", "corporation", "llc", "limited liability company", "limited liability partnership", "llp", "lllp", "lp", "plc", "public limited company", "pllc", "pc", "pty ltd", "pty limited", "pty",
        "proprietary limited", "cc", "close corporation", "unlimited", "unlimited company", "dac", "designated activity company", "clg", "cic", "co llc", "co lp", "llc lp", "ulc", "npc", "intl ltd",
        "co", "l l c", "ltd co", "ltd liability co", "liability company", "sole proprietor", "dba",
    )),
    # German-speaking
    *(("DE AT CH LI", "end", form) for form in (
        "gmbh", "ges mbh", "gesmbh", "gesellschaft mbh", "gesellschaft mit beschränkter haftung", "gmbh and co kg", "gmbh and co kgaa", "gmbh and co ohg", "gmbh co kg", "gmbh und co kg",
        "gmbh and co", "ag and co kg", "ag and co", "ag and co kgaa", "ag", "aktiengesellschaft", "kg", "kgaa", "kommanditgesellschaft", "kommanditgesellschaft auf aktien", "ohg",
        "offene handelsgesellschaft", "og", "eg", "e g", "e k", "ek", "e kfm", "e kfr", "e u", "ev", "gbr", "gesellschaft bürgerlichen rechts", "ug", "ug haftungsbeschränkt", "unternehmergesellschaft",
        "unternehmergesellschaft haftungsbeschränkt", "ug haftungsbeschränkt and co kg", "haftungsbeschränkt", "mbh", "mbh and co kg", "partg", "partg mbb", "ggmbh", "gag", "kg aa", "se and co kg", "se and co kgaa", "se",
        "societas europaea", "in liquidation", "and co kg", "and co",
    )),
    # French-speaking
    *(("FR BE CH LU CA MA TN DZ SN CI", "end", form) for form in (
        "sa", "sarl", "s a r l", "sarlau", "sarl au", "sas", "sasu", "eurl", "snc", "sci", "sca", "scs", "scop", "scrl", "sprl", "selarl", "gie", "société anonyme", "société à responsabilité limitée",
        "société par actions simplifiée", "ltée", "limitée", "inc", "et cie", "et compagnie", "et fils", "senc", "sencrl", "enrg", "suarl",
    )),
    # Dutch
    *(("NL BE SR", "end", form) for form in (
        "bv", "nv", "vof", "cv", "bvba", "cvba", "besloten vennootschap", "naamloze vennootschap", "besloten vennootschap met beperkte aansprakelijkheid", "commanditaire vennootschap",
        "vennootschap onder firma", "coöperatie ua", "ua", "vzw", "en co", "en zonen", "comm v", "commv", "eenmanszaak",
    )),
    # Italian
    *(("IT SM CH", "end", form) for form in (
        "spa", "srl", "srls", "sapa", "snc", "sas", "ss", "scarl", "s c a r l", "scpa", "soc coop", "soc coop a r l", "società per azioni", "società a responsabilità limitata", "srl unipersonale", "spa unipersonale",
        "società cooperativa", "e c", "and c", "e figli", "srl sb", "spa sb", "a socio unico", "societa benefit", "sas di", "snc di",
    )),
    # Spanish-speaking
    *(("ES MX AR CL CO PE EC UY VE CR PA DO GT BO PY", "end", form) for form in (
        "sa", "sl", "slu", "sau", "sll", "slne", "slp", "sal", "sociedad anónima", "sociedad limitada", "sociedad de responsabilidad limitada", "s coop", "scoop", "sa de cv", "s de rl", "s de rl de cv", "sapi de cv",
        "sab de cv", "sas de cv", "s a de c v", "de cv", "srl", "spa", "ltda", "limitada", "eirl", "sac", "saa", "srltda", "sas", "sa esp", "sca", "s en c", "y cia", "y cia ltda", "y compañía", "e hijos", "y hermanos",
        "cia ltda", "c por a", "sociedad anónima cerrada", "sociedad por acciones simplificada", "y asociados", "sociedad civil",
    )),
    # Portuguese-speaking
    *(("PT BR AO MZ", "end", form) for form in (
        "ltda", "limitada", "lda", "sa", "s a", "epp", "eireli", "mei", "sgps", "sgps sa", "unipessoal lda", "unipessoal", "ltda me", "ltda epp", "eireli me", "e cia", "e cia ltda", "cia ltda", "slu",
        "sociedade anónima", "sociedade anônima", "sociedade limitada", "s s", "e filhos", "e filhos lda", "e irmãos",
    )),
    # Nordic, Baltic
    *(("SE FI NO DK IS FO EE LV LT", "end", form) for form in (
        "ab", "aktiebolag", "ab publ", "publ", "hb", "kb", "handelsbolag", "kommanditbolag", "ek för", "oy", "oyj", "oy ab", "ab oy", "osakeyhtiö", "julkinen osakeyhtiö", "tmi", "ky", "ay", "osk", "as", "asa", "a s", "aps", "i s",
        "k s", "p s", "amba", "ivs", "aksjeselskap", "allmennaksjeselskap", "ans", "da", "enk", "nuf", "aktieselskab", "anpartsselskab", "hf", "ehf", "sf", "slf", "ohf", "ou", "osaühing", "aktsiaselts", "tu", "uab", "mb",
        "sia", "ik", "akcinė bendrovė", "uždaroji akcinė bendrovė", "sabiedrība ar ierobežotu atbildību", "p f", "sp f", "sp/f",
    )),
    # Central and South-East Europe
    *(("PL CZ SK HU RO SI HR RS BA ME MK BG AL", "end", form) for form in (
        "sp z oo", "sp zoo", "spółka zoo", "spzoo", "spółka z oo", "spółka z o o", "spółka z ograniczoną odpowiedzialnością", "sp z oo sp k", "sp z oo spk", "spółka akcyjna", "sa", "sp j", "sp k", "sp p", "ska", "psa", "s c",
        "spółka jawna", "spółka komandytowa", "spółka cywilna", "phu", "fhu", "pphu", "sro", "spol s ro", "spol sro", "společnost s ručením omezeným", "spoločnosť s ručením obmedzeným", "as", "akciová společnost", "akc spol",
        "vos", "v o s", "k s", "družstvo", "kft", "zrt", "nyrt", "bt", "rt", "kkt", "korlátolt felelősségű társaság", "zártkörűen működő részvénytársaság", "részvénytársaság", "srl", "sa", "srl d", "pfa", "societate cu răspundere limitată",
        "societate pe acțiuni", "doo", "d o o", "jdoo", "dd", "d d", "dno", "kd", "jtd", "ad", "društvo s ograničenom odgovornošću", "družba z omejeno odgovornostjo", "društvo sa ograničenom odgovornošću", "ood", "eood", "ead",
        "ооd", "оод", "еоод", "ад", "еад", "доо", "дооел", "dooel", "shpk", "sha", "sh p k", "sh a", "ntsh",
    )),
    # Russian, Ukrainian, Belarusian, Kazakh and neighbours
    *(("RU UA BY KZ KG UZ MD AM GE AZ TJ TM MN", "both", form) for form in (
        "ооо", "оао", "зао", "пао", "ао", "нао", "ип", "общество с ограниченной ответственностью", "акционерное общество", "публичное акционерное общество", "закрытое акционерное общество", "открытое акционерное общество",
        "непубличное акционерное общество", "индивидуальный предприниматель", "тов", "товариство з обмеженою відповідальністю", "прат", "пат", "ат", "приватне акціонерне товариство", "публічне акціонерне товариство", "фоп", "пп",
        "приватне підприємство", "тоо", "товарищество с ограниченной ответственностью", "жшс", "жауапкершілігі шектеулі серіктестік", "одо", "чуп", "уп", "таа", "чп", "осоо", "мчж", "мчс", "ххк",
    )),
    *(("RU UA BY KZ UZ AM GE AZ MN", "both", form) for form in ("ooo", "oao", "zao", "pao", "mmc", "mchj", "jsc", "pjsc", "ojsc", "cjsc", "llc", "xxk", "mas uliyati cheklangan jamiyati", "məhdud məsuliyyətli cəmiyyət")),
    *(("GE", "both", form) for form in ("შპს", "სს")),
    *(("AM", "both", form) for form in ("ՍՊԸ", "ՓԲԸ", "ԲԲԸ")),
    # Turkey, Greece, Cyprus, Israel
    *(("TR", "end", form) for form in (
        "aş", "a ş", "as", "anonim şirketi", "anonim sirketi", "ltd şti", "ltd sti", "limited şirketi", "limited sirketi", "ltd şirketi", "san ve tic ltd şti", "san ve tic aş", "sanayi ve ticaret limited şirketi", "sanayi ve ticaret anonim şirketi",
        "sanayi ve ticaret aş", "sanayi ve ticaret ltd şti", "tic ltd şti", "tic aş", "ticaret limited şirketi", "ticaret anonim şirketi", "ticaret ltd şti", "ticaret aş", "san tic ltd şti", "san tic aş", "kollektif şirketi", "komandit şirketi",
    )),
    *(("GR CY", "end", form) for form in ("αε", "α ε", "επε", "ε π ε", "ικε", "οε", "ο ε", "εε", "ε ε", "ανώνυμη εταιρεία", "ανώνυμη εταιρία", "αεβε", "αβεε", "μονοπρόσωπη ικε", "μονοπρόσωπη επε", "μονοπρόσωπη αε", "ae", "epe", "ike", "oe", "abee", "aebe", "sa")),
    *(("IL", "end", form) for form in ("בע מ", "בעמ", "בע״מ", "שותפות מוגבלת")),
    # Arabic-speaking, Iran
    *(("AE SA EG QA KW BH OM JO LB IQ MA TN DZ LY SD YE", "both", form) for form in (
        "شركة", "ذ م م", "ش ذ م م", "ش م م", "ش م ع", "ش م خ", "ش م ل", "ش م ك", "ش م ب", "شركة ذات مسؤولية محدودة", "شركة مساهمة", "شركة مساهمة عامة", "شركة مساهمة مقفلة", "ذات مسؤولية محدودة", "المحدودة", "مؤسسة", "ش و", "ش ش و", "مساهمة عامة",
    )),
    *(("AE SA QA KW BH OM EG JO LB", "end", form) for form in (
        "fze", "fzco", "fzc", "fz llc", "fzllc", "dmcc", "wll", "w l l", "bsc", "bsc c", "saog", "saoc", "qsc", "qpsc", "ksc", "kscc", "kscp", "pjsc", "sae", "sal", "sarl", "est", "establishment", "trading est", "spc", "co llc", "llc sp", "l l c s p",
    )),
    *(("IR", "both", form) for form in ("شرکت", "سهامی خاص", "سهامی عام", "با مسئولیت محدود", "شرکت سهامی خاص", "شرکت سهامی عام", "شرکت با مسئولیت محدود", "pjs")),
)  # fmt: skip
