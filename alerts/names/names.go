package names

import "github.com/openbmis/openbmis/alerts"

// Token is one part of a name, ready to be compared.
type Token struct {
	// Text is upper case A-Z.
	Text string
	Role alerts.NameRole
	// Particle is true of AL, BIN, VAN, DE and the like: they tell little.
	Particle bool
	// Initial is true of a single letter.
	Initial bool
	// Consonants is true of a token whose vowels are guessed: compare it by its skeleton.
	Consonants bool
}

// Reading is one way to read a name as tokens, in the name's order. A name has several readings where its script, or the transliteration
// of a letter, leaves a choice.
type Reading struct {
	Tokens []Token
	// Loss is how far this reading is a guess: 0 for the plain one, up to 1.
	Loss float64
	// Consonants is true where a token's vowels are guessed (Arabic escape code, unvocalised script): compare that by skeleton only.
	Consonants bool
	// Cut is true where the last token may go on (a full name field of a machine readable zone).
	Cut bool
}
