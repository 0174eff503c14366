package names

import "github.com/openbmis/openbmis/alerts"

// Particle reports whether a token is an article, a preposition or a word of descent that tells little about who somebody is. Token is
// upper case A-Z.
func Particle(token string) bool {
	switch token {
	case "AL", "EL", "UL", "AR", "AS", "ASH", "AZ", "AT", "AD", "ED", "ES", "EZ", "ET", "ER", "US", "UR", "UD",
		"BIN", "BEN", "IBN", "BINT", "BINTI", "BENT", "WALAD", "OULD", "WULD", "OULAD", "ABU", "ABOU", "ABI", "ABO", "UMM", "OUM",
		"AND", "Y", "E", "DE", "DA", "DO", "DI", "DU", "DEL", "DELLA", "DELLO", "DEGLI", "DEI", "DOS", "DAS", "DES", "D", "L",
		"LA", "LE", "LES", "LO", "LOS", "LAS", "VAN", "DER", "DEN", "VON", "VOM", "ZU", "ZUM", "ZUR", "TEN", "TER", "TE", "OP", "T", "AF", "AV",
		"MC", "MAC", "O", "SAN", "SAINT", "ST", "STE", "A", "S", "OGLU", "OGLY", "KIZI", "KYZY", "QIZI", "UULU", "ZADE", "ZADEH",
		"JR", "SR", "II", "III", "IV", "AP", "FERCH":
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

// soleFamily takes the mark of a particle off a family name that is nothing else: LE and VAN are families too.
func soleFamily(tokens []Token) {
	families := 0
	for i := range tokens {
		if tokens[i].Role != alerts.Family {
			continue
		}
		if families++; !tokens[i].Particle {
			return
		}
	}
	for i := range tokens {
		if families > 0 && tokens[i].Role == alerts.Family {
			tokens[i].Particle = false
		}
	}
}
