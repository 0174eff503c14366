package names

// What spellings of one name may differ in, and what each difference costs.
const (
	costVariant = 0.2  // letters of one sound: KH and H, G and J, D and T, Z and S
	costNear    = 0.12 // vowels that are written for one another: E and I, O and U, A and E
	costFar     = 0.6  // any other vowels
	costVowel   = 0.3  // a vowel that one side does not write
	costEnding  = 0.1  // the same at the end of a word: IVANOV and IVANOVA
	costBreath  = 0.15 // an H that one side does not write
	costCrossed = 0.3  // sounds that some languages write for one another: G and K, DH and Z, CH and SH
	costTwo     = 0.4  // two names that the classes tell apart: HASAN and HUSAYN
	costNever   = 9    // a consonant that the other side has not
)

// maxSounds is how many sounds of a token are compared; a token that has more is like itself only.
const maxSounds = 24

// uttered is one sound of a token as Alike sees it.
type uttered struct {
	code    byte   // class, as in Skeleton
	letters string // as written, doubles as one
}

// Alike tells how far two tokens may be spellings of one name: 1 is equal, 0.92 two spellings of one name that the classes know, then
// less by what their sounds differ in, down to 0.5; 0 says that their consonants differ, so that no transliteration makes them one. It is
// symmetric. It knows no typing errors: 0 does not say that the tokens are far apart.
func Alike(a, b string) float64 {
	if a == b {
		return 1
	}
	classA, classB := Class(a), Class(b)
	if classA != 0 && classA == classB {
		return 0.92
	}
	var roomA, roomB [maxSounds]uttered
	soundsA, okA := sounds(roomA[:0], a)
	soundsB, okB := sounds(roomB[:0], b)
	if !okA || !okB || len(soundsA) == 0 || len(soundsB) == 0 {
		return 0
	}
	cost := distance(soundsA, soundsB)
	if cost >= costNever {
		return 0
	}
	if classA != 0 && classB != 0 {
		cost += costTwo
	}
	score := 0.96 - cost/float64(1+min(consonants(soundsA), consonants(soundsB)))
	if score < 0.5 {
		return 0
	}
	return score
}

// sounds are the sounds of a token, vowels that stand together as one; false when there are too many.
func sounds(out []uttered, token string) ([]uttered, bool) {
	for i := 0; i < len(token); {
		code, n := sound(token, i)
		letters := token[i : i+n]
		i += n
		if code == 0 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].code == code && (code == 'A' || out[last].letters == letters) {
			if code == 'A' {
				out[last].letters = token[i-n-len(out[last].letters) : i]
			}
			continue
		}
		if len(out) == maxSounds {
			return out, false
		}
		out = append(out, uttered{code, letters})
	}
	return out, true
}

func consonants(in []uttered) (n int) {
	for _, s := range in {
		if s.code != 'A' {
			n++
		}
	}
	return n
}

// distance is the least cost of making one row of sounds the other.
func distance(a, b []uttered) float64 {
	var rows [2][maxSounds + 1]float64
	for j := range b {
		rows[0][j+1] = rows[0][j] + skip(b, j)
	}
	for i := range a {
		above, here := &rows[i%2], &rows[(i+1)%2]
		here[0] = above[0] + skip(a, i)
		for j := range b {
			here[j+1] = min(above[j]+swap(a[i], b[j]), above[j+1]+skip(a, i), here[j]+skip(b, j))
		}
	}
	return rows[len(a)%2][len(b)]
}

// skip is the cost of a sound that the other side has not.
func skip(s []uttered, i int) float64 {
	switch s[i].code {
	case 'A':
		if i == len(s)-1 {
			return costEnding
		}
		return costVowel
	case 'H':
		return costBreath
	}
	return costNever
}

// swap is the cost of one sound for another.
func swap(a, b uttered) float64 {
	switch {
	case a.letters == b.letters:
		return 0
	case a.code == 'X' && b.code == 'X':
		return 0
	case a.code != b.code:
		return crossed(a, b)
	case a.code != 'A':
		return costVariant
	}
	if quality(a.letters) == quality(b.letters) {
		return costNear
	}
	if x, y := quality(a.letters), quality(b.letters); x+y == 'a'+'i' || x+y == 'a'+'u' {
		if near(a.letters, b.letters) {
			return costNear
		}
	}
	return costFar
}

// crossed is the cost of sounds of two classes.
func crossed(a, b uttered) float64 {
	if crosses(a, b) || crosses(b, a) {
		return costCrossed
	}
	return costNever
}

// crosses: what is told by the letters of two classes, in one direction.
func crosses(a, b uttered) bool {
	switch {
	case a.code == 'J' && b.code == 'K': // GADDAFI, QADHAFI; CHRISTO, KRISTO
		return a.letters == "G" || a.letters == "GH" || a.letters == "CH"
	case a.code == 'J' && b.code == 'S': // TCHERBAKOV, SHERBAKOV; CHEIKH, SHEIKH
		return a.letters != "G" && a.letters != "GH" && (b.letters == "SH" || b.letters == "SCH" || b.letters == "SHCH" || b.letters == "Z")
	case a.code == 'J' && b.code == 'A': // JURIJ, YURY
		return a.letters == "J" && b.letters[0] == 'Y' || a.letters == "J" && b.letters[0] == 'I'
	case a.code == 'J' && b.code == 'H': // MICHAIL, MIKHAIL; JOSE
		return a.letters == "CH" || a.letters == "GH" || a.letters == "G"
	case a.code == 'H' && b.code == 'K':
		return a.letters == "KH"
	case a.code == 'S' && b.code == 'T': // DHAKIR, ZAKIR; OTHMAN, OSMAN
		return a.letters == "S" && b.letters == "TH" || a.letters == "Z" && b.letters == "DH" || a.letters == "Z" && b.letters == "D"
	case a.code == 'F' && b.code == 'P':
		return b.letters == "P"
	case a.code == 'V' && b.code == 'P': // VENIAMIN, BENJAMIN
		return b.letters == "B"
	case a.code == 'V' && b.code == 'F': // IVANOV, IVANOF
		return true
	case a.code == 'V' && b.code == 'A': // KOWEIT, KOUEIT; DAWUD, DAOUD
		return a.letters == "W" && quality(b.letters) == 'u'
	}
	return false
}

// quality is the group of a vowel or of vowels that stand together: 'i' for E, I, Y; 'u' for O, U; 'a'.
func quality(letters string) byte {
	switch last := letters[len(letters)-1]; {
	case letters == "AY" || letters == "AI" || letters == "EY" || letters == "EI":
		return 'i'
	case letters == "OE" || letters == "UE":
		return 'u'
	case letters == "AE":
		return 'a'
	case last == 'A':
		return 'a'
	case last == 'O' || last == 'U':
		return 'u'
	}
	return 'i'
}

// near: A and E, which are written for one another from Casablanca to Dhaka.
func near(a, b string) bool {
	return a == "A" && b == "E" || a == "E" && b == "A"
}
