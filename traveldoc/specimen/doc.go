// Package specimen is Utopia (UT, UTO), a country that does not exist: its signing certificates, revocation lists, passports, cards,
// visas, chips and seals, all made here. It exists so that every path of a document's inspection, red and amber too, can be tested,
// shown and trained without a real person's document. The same seed and date make the same documents.
//
// Its keys follow from the seed, and the seed of the demo is public: whoever has it can sign documents of Utopia. Nothing of this
// package may ever be imported into the trust store of a station that admits travellers.
package specimen
