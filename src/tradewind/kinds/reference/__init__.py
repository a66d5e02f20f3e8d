"""Reference data every installation shares: ISO, CLDR, IANA, UN and WCO lists with their names in each language, each loaded when it is first asked for."""
