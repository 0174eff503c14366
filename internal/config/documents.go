package config

// DocumentReader is what the lanes of a station are equipped with.
type DocumentReader string

// The equipments, each with all of the one before.
const (
	ZoneReader DocumentReader = "zone"
	PageReader DocumentReader = "page"
	ChipReader DocumentReader = "chip"
)

// Documents says how travel documents are inspected.
type Documents struct {
	// Reader is what a lane's device is expected to give: what is missing of it counts as not checked.
	Reader DocumentReader
	// Rules is the file of the country's rules of documents (see docs/documents.md); "" is the program's own.
	Rules string
	// Lists is the file of documents that are not to be honoured; "" is no list.
	Lists string
}

func (r *reader) documents() Documents {
	readers := []string{string(ZoneReader), string(PageReader), string(ChipReader)}
	return Documents{
		Reader: DocumentReader(r.oneOf("BMIS_DOCUMENT_READER", string(ZoneReader), readers,
			"what the lanes' readers give: zone (the machine readable zone alone), page (and images, the visual zone), chip (and the chip)")),
		Rules: r.path("BMIS_DOCUMENT_RULES", "", "JSON file of the country's rules of documents; empty is the program's own"),
		Lists: r.path("BMIS_DOCUMENT_LISTS", "", "CSV file of stolen, lost and void documents by ranges; empty is no list"),
	}
}
