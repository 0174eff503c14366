package names

import (
	"unicode"
	"unicode/utf8"
)

// script is a way of writing that is read in its own way.
type script uint8

// The scripts that are read. Of unread nothing is known.
const (
	latin script = iota
	cyrillic
	greek
	armenian
	georgian
	arabic
	hebrew
	indic
	thai
	ethiopic
	hangul
	kana
	han
	unread
)

// table is the name of the script's table; empty where rules take its place.
func (s script) table() string {
	return [...]string{
		latin: "latin", cyrillic: "cyrillic", greek: "greek", armenian: "armenian", georgian: "georgian", arabic: "arabic",
		hebrew: "hebrew", indic: "indic", thai: "thai", ethiopic: "ethiopic", hangul: "", kana: "kana", han: "", unread: "",
	}[s]
}

// block is a range of characters of a script.
type block struct {
	from, to rune
	script   script
}

// blocks are the ranges of Unicode that hold letters of names, in order.
//
//nolint:gochecknoglobals // a constant table
var blocks = [...]block{
	{0x0041, 0x02AF, latin}, {0x0300, 0x036F, latin}, {0x0370, 0x03FF, greek}, {0x0400, 0x052F, cyrillic}, {0x0530, 0x058F, armenian},
	{0x0590, 0x05FF, hebrew}, {0x0600, 0x06FF, arabic}, {0x0750, 0x077F, arabic}, {0x08A0, 0x08FF, arabic},
	{0x0900, 0x0D7F, indic}, {0x0E00, 0x0EFF, thai}, {0x10A0, 0x10FF, georgian}, {0x1200, 0x137F, ethiopic}, {0x1C90, 0x1CBF, georgian},
	{0x1E00, 0x1EFF, latin}, {0x1F00, 0x1FFF, greek}, {0x2C60, 0x2C7F, latin}, {0x2D00, 0x2D2F, georgian},
	{0x3005, 0x3007, han}, {0x3041, 0x3096, kana}, {0x30A1, 0x30FC, kana}, {0x3400, 0x4DBF, han}, {0x4E00, 0x9FFF, han},
	{0xA640, 0xA69F, cyrillic}, {0xA720, 0xA7FF, latin}, {0xAC00, 0xD7A3, hangul}, {0xF900, 0xFAFF, han}, {0x20000, 0x323AF, han},
}

// scriptOf is the script of a character; unread for what is in none.
func scriptOf(r rune) script {
	low, high := 0, len(blocks)
	for low < high {
		if mid := int(uint(low+high) >> 1); blocks[mid].to < r {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(blocks) && blocks[low].from <= r {
		return blocks[low].script
	}
	return unread
}

// scriptOfWord is that of its first letter that is not Latin: a Latin letter among Cyrillic ones is one of theirs in disguise. Kana
// anywhere makes a word Japanese. Unread only when nothing of it can be read.
func scriptOfWord(word string) script {
	found, some := latin, false
	for _, r := range word {
		s := latin
		if r >= utf8.RuneSelf {
			s = scriptOf(r)
		}
		switch {
		case s == kana:
			return kana
		case s == unread:
			continue
		case found == latin:
			found = s
		}
		some = true
	}
	if !some {
		return unread
	}
	return found
}

// upper is a capital; letters of scripts that do not have capitals in names stay as they are.
func upper(r rune) rune {
	if r >= 0x10A0 && r <= 0x10FF || r >= 0x1C90 && r <= 0x1CBF || r >= 0x2D00 && r <= 0x2D2F {
		return mkhedruli(r)
	}
	return unicode.ToUpper(r)
}

// mkhedruli is a Georgian letter in the form that names are written in.
func mkhedruli(r rune) rune {
	switch {
	case r >= 0x1C90 && r <= 0x1CBF:
		return r - 0x1C90 + 0x10D0
	case r >= 0x10A0 && r <= 0x10C5:
		return r - 0x10A0 + 0x10D0
	case r >= 0x2D00 && r <= 0x2D25:
		return r - 0x2D00 + 0x10D0
	}
	return r
}
