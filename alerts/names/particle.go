package names

import "strings"

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

// Glued gives the ways in which neighbouring parts of a name are written together because one is an article or a word of descent: ABD AL
// RAHMAN gives ABDALRAHMAN, ABDULRAHMAN and so on down to ABDURRAHMAN; AL HASSAN gives ALHASSAN. It does not give the mere joining of any
// two tokens. The first of each group is the plain joining.
func Glued(tokens []Token) []string {
	var out []string
	for i := range tokens {
		if i+1 < len(tokens) && tokens[i].Particle && !article(tokens[i].Text) && len(tokens[i].Text) > 1 {
			out = append(out, tokens[i].Text+tokens[i+1].Text)
		}
		if i+1 == len(tokens) || !article(tokens[i].Text) {
			continue
		}
		next := tokens[i+1].Text
		out = append(out, tokens[i].Text+next)
		if i > 0 && !tokens[i-1].Initial {
			out = servant(out, tokens[i-1].Text, tokens[i].Text, next)
		}
	}
	return out
}

// servant adds the spellings of names such as ABD AL RAHMAN, NUR AL DIN and FAZL UR REHMAN as one word.
func servant(out []string, first, art, next string) []string {
	out = append(out, first+art+next)
	for _, a := range [...]string{"AL", "EL", "UL"} {
		if a != art {
			out = append(out, first+a+next)
		}
	}
	if next != "" && strings.IndexByte("DNRSTZ", next[0]) >= 0 {
		for _, vowel := range [...]string{"A", "E", "U"} {
			out = append(out, first+vowel+next[:1]+next)
		}
	}
	return out
}
