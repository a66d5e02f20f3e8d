"""Words that Chinese company names are made of, in the English that such companies use, and readings of place names that a dictionary of single characters gets wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "进出口贸易": "import export trading", "進出口貿易": "import export trading", "国际贸易": "international trading", "國際貿易": "international trading",
        "对外贸易": "foreign trading", "电子商务": "e commerce", "供应链管理": "supply chain management", "供应链": "supply chain", "进出口": "import export",
        "進出口": "import export", "贸易": "trading", "貿易": "trading", "商贸": "trading", "商貿": "trading", "国际": "international", "國際": "international", "科技": "technology",
        "技术": "technology", "技術": "technology", "实业": "industrial", "實業": "industrial", "工业": "industrial", "工業": "industrial", "集团": "group", "集團": "group", "控股": "holding",
        "投资": "investment", "投資": "investment", "电子": "electronics", "電子": "electronics", "电器": "electrical", "電器": "electrical", "电气": "electric", "電氣": "electric",
        "机械": "machinery", "機械": "machinery", "设备": "equipment", "設備": "equipment", "化工": "chemical", "化学": "chemical", "化學": "chemical", "纺织": "textile", "紡織": "textile",
        "服装": "garment", "服裝": "garment", "服饰": "apparel", "家具": "furniture", "食品": "food", "五金": "hardware", "塑料": "plastic", "塑胶": "plastic", "塑膠": "plastic",
        "包装": "packaging", "包裝": "packaging", "印刷": "printing", "物流": "logistics", "货运": "freight", "貨運": "freight", "建材": "building materials", "材料": "material",
        "新材料": "new material", "能源": "energy", "环保": "environmental", "医疗": "medical", "医药": "pharmaceutical", "汽车": "auto", "汽車": "auto", "配件": "parts",
        "制造": "manufacturing", "製造": "manufacturing", "发展": "development", "發展": "development", "工程": "engineering", "网络": "network", "软件": "software", "信息": "information",
        "文化": "culture", "传媒": "media", "玩具": "toys", "礼品": "gifts", "工艺品": "crafts", "灯饰": "lighting", "照明": "lighting", "光电": "optoelectronics", "橡胶": "rubber",
        "钢铁": "steel", "金属": "metal", "金屬": "metal", "陶瓷": "ceramics", "玻璃": "glass", "卫浴": "sanitary ware", "家居": "home", "家纺": "home textile", "鞋业": "shoes",
        "中国": "china", "中國": "china", "香港": "hong kong", "澳门": "macau", "台湾": "taiwan", "臺灣": "taiwan", "内蒙古": "inner mongolia",
    }
)  # fmt: skip
"""As registered English names of such companies put them; several English words stand for some, the most frequent is taken."""

READINGS: Mapping[str, str] = MappingProxyType(
    {
        "重庆": "chongqing", "重慶": "chongqing", "厦门": "xiamen", "廈門": "xiamen", "长沙": "changsha", "長沙": "changsha", "长春": "changchun", "長春": "changchun", "长安": "changan",
        "长江": "changjiang", "长城": "changcheng", "長城": "changcheng", "长虹": "changhong", "长兴": "changxing", "长乐": "changle", "长治": "changzhi", "成都": "chengdu", "西藏": "xizang",
        "蚌埠": "bengbu", "六安": "luan", "亳州": "bozhou", "乐清": "yueqing", "乐山": "leshan", "台州": "taizhou", "丽水": "lishui", "余杭": "yuhang", "番禺": "panyu", "东莞": "dongguan",
        "東莞": "dongguan", "深圳": "shenzhen", "汕头": "shantou", "泌阳": "biyang", "济南": "jinan", "济宁": "jining", "朝阳": "chaoyang", "单县": "shanxian", "首都": "shoudu",
        "都市": "dushi", "银行": "yinhang", "行业": "hangye", "重工": "zhonggong", "音乐": "yinyue", "大厦": "dasha",
    }
)  # fmt: skip
"""Readings that are not the most frequent ones of their characters."""

SAME: Mapping[str, str] = MappingProxyType(
    {
        "trade": "trading", "traders": "trading", "imp": "import", "exp": "export", "imports": "import", "exports": "export", "importers": "import", "exporters": "export",
        "intl": "international", "tech": "technology", "technologies": "technology", "ind": "industrial", "industry": "industrial", "industries": "industrial", "grp": "group",
        "holdings": "holding", "mfg": "manufacturing", "electronic": "electronics", "chemicals": "chemical", "textiles": "textile", "garments": "garment", "foods": "food",
        "plastics": "plastic", "materials": "material", "packing": "packaging", "dev": "development", "automobile": "auto", "automotive": "auto", "eng": "engineering",
    }
)  # fmt: skip
"""English words that stand for one another in names."""

_KNOWN = re.compile("|".join(sorted((re.escape(word) for word in {**WORDS, **READINGS}), key=len, reverse=True)))


def read(part: str) -> list[str]:
    """The words of a run of characters: known ones in English or in their reading, what is between them as it is."""
    found: list[str] = []
    place = 0
    for match in _KNOWN.finditer(part):
        found += [part[place : match.start()], *(WORDS.get(match[0]) or READINGS[match[0]]).split(" ")]
        place = match.end()
    return [word for word in [*found, part[place:]] if word]
