// Package translit tells how a name of the visual zone may be written in the machine readable zone, and whether two such names are
// the same: ICAO Doc 9303-3, sections 4.6 (names, truncation) and 6 (transliteration). It exists because "Müller" and "MUELLER",
// "MUXXLLER" or "MULLER" are one name, and because a zone that is too short cuts names. It must never say "equal" about letters that
// no table makes so, and never "different" about a script that it has no table for.
//
// The tables are data files, one for each script: a letter, what Doc 9303 recommends, then the alternatives that are in use; "-" is
// nothing at all. The Latin, Cyrillic and Arabic ones follow Doc 9303-3, section 6, with the national spellings met in passports
// behind; the Greek one follows ELOT 743 and the Hebrew one the usual spellings. None is verified letter by letter against the text of
// the standards.
package translit
