"""Which domains belong to public mail services: chosen from two lists by rules that can be read here."""

from __future__ import annotations

import json
import re
from pathlib import Path

_FAMILIES = re.compile(
    r"(?:hotmail|outlook|live|msn|yahoo|ymail|rocketmail|gmail|googlemail|icloud|gmx|web|lycos|aol|mail|inbox|list|bk|yandex|rambler|proton(?:mail)?|pm|tutanota|tuta"
    r"|zoho(?:mail)?|fastmail|mailbox|naver|hanmail|daum|nate|rediff(?:mail)?|sina|sohu|163|126|139|188|189|qq|foxmail|yeah|aliyun|tom|21cn|wo|263|seznam|centrum"
    r"|volny|post|wp|o2|onet|interia|poczta|tlen|op|vp|libero|virgilio|alice|tin|tiscali|fastwebnet|orange|wanadoo|free|sfr|neuf|laposte|bbox|numericable"
    r"|t-online|freenet|arcor|1und1|uol|bol|terra|ig|globo|r7|zipmail|ukr|bigmir|abv|citromail|freemail|vodafone|telefonica|sapo|bluewin|skynet|telenet|ziggo"
    r"|kpnmail|planet|home|xs4all|hetnet|eircom|btinternet|virginmedia|talktalk|ntlworld|sky|comcast|verizon|att|sbcglobal|bellsouth|cox|charter|earthlink"
    r"|rogers|shaw|sympatico|telus|bigpond|optusnet|iinet|xtra|docomo|softbank|ezweb|au|nifty|biglobe|so-net|ocn)"
    r"\.(?:com|net|org|de|fr|it|es|pt|nl|be|ch|at|ru|ua|pl|cz|sk|hu|ro|bg|gr|tr|se|no|dk|fi|ie|in|cn|jp|kr|br|ar|mx|cl|co|ca|me|fm|eu|info|biz|by|kz|lv|lt|ee"
    r"|id|my|ph|sg|th|vn|tw|hk|(?:co|com|ne|or|net)\.[a-z]{2})"
)
"""Families of well-known services in their countries; what matches is taken when both lists have it."""
_NO_SERVICES = (
    "facebook.com", "example.com", "go.com", "alibaba.com", "about.com", "geocities.com", "test.com", "test.de", "yourdomain.com", "mydomain.com", "www.com",
    "discovery.com", "medscape.com", "space.com", "ancestry.com", "techspot.com", "law.com", "bt.com", "nus.edu.sg", "berlin.de", "web.id", "msk.ru", "spb.ru",
    "pp.ua", "zp.ua", "casino.com", "kansascity.com", "detik.com", "saudia.com", "parrot.com", "name.com", "unican.es", "dnsmadeeasy.com", "easypost.com", "aver.com",
    "singpost.com", "telstra.com", "oath.com", "games.com", "bangkok.com", "barcelona.com", "nyc.com", "ny.com", "garbage.com", "privacy.net", "homestead.com",
    "fortunecity.com", "angelfire.com", "doityourself.com", "albawaba.com", "dailypioneer.com", "hamptonroads.com", "looksmart.com", "dejanews.com",
    "scubadiving.com", "depechemode.com", "onmilwaukee.com", "swissinfo.org", "elvis.com", "spacewar.com", "thirdage.com", "talkcity.com", "lex.bg", "dmv.com",
    "enter.net", "dynu.net", "f5.si", "fr.nf", "pe.hu", "sp.nl", "za.com", "cu.cc", "ddnsfree.com", "bizhosting.com", "catholic.org", "altavista.com", "sky.com",
    "o2.com", "orange.com", "free.com", "home.com", "post.com", "terra.com", "globo.com", "web.com", "live.net", "tom.net", "planet.com", "sina.net", "bol.com",
)  # fmt: skip
"""In the lists, but a company, a city, a university or a name server of others: its domain does say whose address it is."""
_ALSO = (
    "139.com", "189.cn", "188.com", "sohu.com", "vip.163.com", "vip.126.com", "vip.qq.com", "vip.sina.com", "263.net", "wo.cn", "hanmail.net", "naver.com", "daum.net",
    "nate.com", "ezweb.ne.jp", "softbank.ne.jp", "i.softbank.jp", "au.com", "nifty.com", "biglobe.ne.jp", "rediffmail.com", "o2.pl", "op.pl", "vp.pl", "poczta.onet.pl",
    "bol.com.br", "hotmail.com.br", "yahoo.com.vn", "yahoo.co.id", "yahoo.co.in", "yahoo.com.hk", "yahoo.com.tw", "gmail.com", "googlemail.com", "pm.me", "proton.me",
    "protonmail.com", "tuta.io", "tutanota.com", "hey.com", "fastmail.com", "duck.com", "mail.ee", "inbox.lt", "mynet.com", "superonline.com", "turk.net", "walla.com",
    "netvision.net.il", "mweb.co.za", "telkomsa.net", "etisalat.ae", "emirates.net.ae", "eim.ae", "sltnet.lk", "pldtdsl.net", "singnet.com.sg", "hotmail.com.tr",
    "hinet.net", "ms1.hinet.net", "msa.hinet.net", "netvigator.com", "biznetvigator.com",
)  # fmt: skip
"""Well-known services that the ranked list lacks."""


def mail_domains(providers: Path, free: Path) -> list[str]:
    """The domains, sorted: the ranked ones of `email-providers`, the families both lists have, and what stands in `_ALSO`, without `_NO_SERVICES`."""
    everything = set(json.loads((providers / "all.json").read_text(encoding="utf-8")))
    ranked = set(json.loads((providers / "common.json").read_text(encoding="utf-8")))
    both = everything & set(json.loads((free / "domains.json").read_text(encoding="utf-8")))
    families = {domain for domain in both if _FAMILIES.fullmatch(domain)}
    return sorted((ranked | families | set(_ALSO)) - set(_NO_SERVICES))
