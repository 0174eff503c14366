package names

// thai reads a word of Thai or Lao as the Royal system would, nearly: where syllables end is not written and is guessed, so the token says
// that only its consonants are known.
func (b *builder) thai(w word) {
	runes := make([]rune, 0, len(w.text)/3+1)
	for _, r := range w.text {
		if r >= 0x0E80 {
			r -= 0x80 // Lao is laid out like Thai
		}
		if n := len(runes); r == 0x0E32 && n > 0 && runes[n-1] == 0x0E4D { // AM, decomposed
			runes[n-1] = r
			r = 0x0E21
		}
		runes = append(runes, r)
	}
	start := len(b.text)
	rows := tables()["thai"].inside
	runes = silent(vowelsBehind(runes))
	for i, r := range runes {
		b.letters++
		row := rows[string(r)]
		if row == nil {
			b.other(r, 0)
			continue
		}
		if !isThaiConsonant(r) {
			b.text = append(b.text, row[0]...)
			continue
		}
		closes := i > 0 && !thaiVowelAt(runes, i+1) && (thaiVowelAt(runes, i-1) || i+1 == len(runes))
		spoken := len(b.text) > start && isVowel(b.text[len(b.text)-1])
		if i > 0 && isThaiConsonant(runes[i-1]) && !thaiVowelAt(runes, i+1) && !spoken {
			b.text = append(b.text, 'O')
		}
		if closes {
			b.text = append(b.text, column(row, 1)...)
		} else {
			b.text = append(b.text, row[0]...)
		}
	}
	if text := string(b.text[start:]); text != "" {
		b.guess(text, w.role)
	}
}

func isThaiConsonant(r rune) bool { return r >= 0x0E01 && r <= 0x0E2E }

func thaiVowelAt(runes []rune, i int) bool {
	return i >= 0 && i < len(runes) && (runes[i] >= 0x0E30 && runes[i] <= 0x0E39 || runes[i] >= 0x0E40 && runes[i] <= 0x0E45)
}

// vowelsBehind puts vowels that are written before their consonant behind it, as they are spoken.
func vowelsBehind(runes []rune) []rune {
	for i := 0; i+1 < len(runes); i++ {
		if runes[i] >= 0x0E40 && runes[i] <= 0x0E44 && isThaiConsonant(runes[i+1]) {
			runes[i], runes[i+1] = runes[i+1], runes[i]
			i++
		}
	}
	return runes
}

// silent leaves out consonants that the mark Thanthakhat silences, and marks of tone.
func silent(runes []rune) []rune {
	out := runes[:0]
	for _, r := range runes {
		switch {
		case r == 0x0E4C:
			for n := len(out); n > 0; n = len(out) {
				dropped := isThaiConsonant(out[n-1])
				if out = out[:n-1]; dropped {
					break
				}
			}
		case r >= 0x0E47 && r <= 0x0E4E:
		default:
			out = append(out, r)
		}
	}
	return out
}
