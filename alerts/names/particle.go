package names

// Particle reports whether a token is an article, a preposition or a word of descent that tells little about who somebody is. Token is
// upper case A-Z.
func Particle(token string) bool {
	switch token {
	case "AL", "EL", "UL", "IL", "AR", "AS", "ASH", "AZ", "AT", "AN", "AD", "ED", "ES", "EZ", "ET", "ER", "US", "UR", "UD", "UN",
		"BIN", "BEN", "IBN", "BINT", "BINTI", "BENT", "WALAD", "OULD", "WULD", "OULAD", "ABU", "ABOU", "ABI", "ABO", "UMM", "OUM", "UM",
		"AND", "Y", "E", "DE", "DA", "DO", "DI", "DU", "DEL", "DELLA", "DELLO", "DEGLI", "DEI", "DOS", "DAS", "DES", "D", "L",
		"LA", "LE", "LES", "LO", "LOS", "LAS", "VAN", "DER", "DEN", "VON", "VOM", "ZU", "ZUM", "ZUR", "TEN", "TER", "TE", "OP", "T", "AF", "AV",
		"MC", "MAC", "O", "SAN", "SAINT", "ST", "STE", "HA", "A", "S", "OGLU", "OGLY", "KIZI", "KYZY", "QIZI", "UULU", "ZADE", "ZADEH",
		"JR", "SR", "II", "III", "IV", "AP", "FERCH", "BAR", "BAT", "DAW", "MA", "KO", "NG":
		return true
	}
	return false
}

// article reports whether a token is the Arabic article in one of its spellings, assimilated ones too.
func article(token string) bool {
	switch token {
	case "AL", "EL", "UL", "IL", "AR", "AS", "ASH", "AZ", "AT", "AN", "AD", "ED", "ES", "ESH", "EZ", "ET", "ER", "EN",
		"US", "USH", "UR", "UD", "UN", "UZ", "UT", "OL", "OR", "OD", "OS":
		return true
	}
	return false
}
