"""Nicknames: what else a delegation is called, by its code, as data. A forum adds its own when it starts a summary."""

NICKNAMES: dict[str, tuple[str, ...]] = {
    "AT": ("austria", "austrian"), "AU": ("australia", "australian", "canberra"), "BE": ("belgium", "belgian"),
    "BG": ("bulgaria", "bulgarian"), "BR": ("brazil", "brazilian"), "CA": ("canada", "canadian", "ottawa"), "CH": ("switzerland", "swiss"),
    "CN": ("china", "chinese", "beijing"), "CY": ("cyprus", "cypriot"), "CZ": ("czechia", "czech", "prague"), "DE": ("germany", "german", "berlin"),
    "DK": ("denmark", "danish", "danes"), "EE": ("estonia", "estonian"), "ES": ("spain", "spanish", "madrid"), "EU": ("european union", "brussels"),
    "FI": ("finland", "finnish", "finns"), "FR": ("france", "french", "paris"), "GB": ("britain", "british", "united kingdom", "uk", "london"),
    "GR": ("greece", "greek"), "HR": ("croatia", "croatian"), "HU": ("hungary", "hungarian"), "IE": ("ireland", "irish"),
    "IL": ("israel", "israeli"), "IN": ("india", "indian", "new delhi"), "IS": ("iceland", "icelandic"), "IT": ("italy", "italian", "rome"),
    "JP": ("japan", "japanese", "tokyo"), "KR": ("south korea", "korean", "seoul"), "LT": ("lithuania", "lithuanian"),
    "LU": ("luxembourg", "luxembourgish"), "LV": ("latvia", "latvian"), "MT": ("malta", "maltese"), "NATO": ("north atlantic treaty organization", "the alliance"),
    "NL": ("netherlands", "dutch", "the hague"), "NO": ("norway", "norwegian"), "NZ": ("new zealand", "wellington"), "PL": ("poland", "polish", "poles"),
    "PT": ("portugal", "portuguese", "lisbon"), "RO": ("romania", "romanian"), "RU": ("russia", "russian", "moscow"), "SE": ("sweden", "swedish", "swedes"),
    "SG": ("singapore", "singaporean"), "SI": ("slovenia", "slovenian", "slovene"), "SK": ("slovakia", "slovak"), "TR": ("turkey", "turkish", "türkiye"),
    "UA": ("ukraine", "ukrainian", "kyiv"), "UK": ("britain", "british", "united kingdom", "london"),
    "US": ("united states", "america", "american", "usa", "u.s", "washington"), "ZA": ("south africa", "south african"),
}  # fmt: skip
