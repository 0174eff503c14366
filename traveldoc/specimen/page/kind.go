package page

// Kind is a kind of page, with its measures.
type Kind uint8

// The kinds.
const (
	// DataPage is the data page of a passport, TD3 (ICAO Doc 9303-4).
	DataPage Kind = iota
	// CardFront and CardBack are the sides of a card, TD1 (Doc 9303-5); the zone is on the back.
	CardFront
	CardBack
	// Visa is a visa sticker, MRV-A (Doc 9303-7).
	Visa
	// Emergency is the sheet of an emergency travel document, TD2 (Doc 9303-6 and -8).
	Emergency
)

// measures are in millimetres.
type measures struct {
	width, height float64
	zoneLeft      float64 // of the first character's cell
	zoneBottom    float64 // the last line's characters stand so far above the lower edge
	zoneLines     int
	photo         float64 // width of the portrait; 0 when there is none
	photoLeft     float64
	photoTop      float64
	textLeft      float64
	textTop       float64
	columns       int
	barcode       float64 // width of the code; its place is the lower right of what the zone leaves
}

const zoneSpacing = 6.35 // from one line of the zone to the next

func (k Kind) measures() measures {
	switch k {
	case CardFront:
		return measures{width: 85.6, height: 53.98, photo: 22, photoLeft: 4, photoTop: 13, textLeft: 30, textTop: 14, columns: 2, barcode: 0}
	case CardBack:
		return measures{width: 85.6, height: 53.98, zoneLeft: 4.7, zoneBottom: 5.2, zoneLines: 3, textLeft: 5, textTop: 12, columns: 2}
	case Visa:
		return measures{width: 120, height: 80, zoneLeft: 4, zoneBottom: 8.2, zoneLines: 2, photo: 26, photoLeft: 5, photoTop: 14, textLeft: 35, textTop: 14,
			columns: 2, barcode: 22}
	case Emergency:
		return measures{width: 105, height: 74, zoneLeft: 6.8, zoneBottom: 8.2, zoneLines: 2, photo: 24, photoLeft: 5, photoTop: 13, textLeft: 33,
			textTop: 12, columns: 2, barcode: 20}
	case DataPage:
	}
	return measures{width: 125, height: 88, zoneLeft: 6, zoneBottom: 8.2, zoneLines: 2, photo: 32, photoLeft: 6, photoTop: 17, textLeft: 43, textTop: 17, columns: 2}
}
