// Package card is an emulated travel document's chip: it answers commands as a card does, with basic access control, PACE over elliptic
// curves with generic mapping, secure messaging and active authentication (ICAO Doc 9303-10 and 9303-11). It exists so that reading is
// tested and shown end to end without hardware, also through a reader's daemon, and it can have the quirks of cards in the field. Its
// documents are those of a country that does not exist; it must never hold the data of a real one.
package card
